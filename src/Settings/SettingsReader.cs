using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace IoTOrleans.Settings;

/// <summary>
/// Reads settings one by one and collects the mistakes, each as a line that names the setting and the remedy. It also knows which settings
/// were not read: most of these are typing errors.
/// </summary>
public sealed class SettingsReader(IConfiguration configuration)
{
    private readonly List<string> _mistakes = [];
    private readonly HashSet<string> _read = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _lists = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<string> Mistakes => _mistakes;

    public void Mistake(string line) => _mistakes.Add(line);

    public string? Text(string key)
    {
        _read.Add(key);
        var text = configuration[key];
        return string.IsNullOrWhiteSpace(text) ? null : text.Trim();
    }

    public string Text(string key, string defaultValue) => Text(key) ?? defaultValue;

    public TimeSpan Duration(string key, TimeSpan defaultValue) => Duration(key) ?? defaultValue;

    public TimeSpan? Duration(string key)
    {
        if (Text(key) is not { } text) return null;
        if (Settings.Duration.TryParse(text, out var duration) is not { } wrong) return duration;
        Mistake($"{key}={text}: {wrong}.");
        return null;
    }

    public bool Flag(string key, bool defaultValue) => Flag(key) ?? defaultValue;

    public bool? Flag(string key) => Value<bool>(key, text => bool.TryParse(text, out var flag) ? flag : null, "true or false");

    /// <param name="remedy">Another way to get the effect of a larger number.</param>
    public int Number(string key, int defaultValue, int least, int most, string? remedy = null) => Value<int>(
        key,
        text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : null,
        $"a whole number from {least} to {most}{(remedy is null ? "" : $"; {remedy}")}") ?? defaultValue;

    public T Choice<T>(string key, T defaultValue)
        where T : struct, Enum => Value<T>(
            key,
            text => !char.IsAsciiDigit(text[0]) && Enum.TryParse<T>(text, ignoreCase: true, out var choice) ? choice : null,
            $"one of {string.Join(", ", Enum.GetNames<T>())}") ?? defaultValue;

    public Uri? Url(string key)
    {
        if (Text(key) is not { } text) return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https") return url;
        Mistake($"{key}={text}: say a whole URL that begins with http:// or https://.");
        return null;
    }

    private T? Value<T>(string key, Func<string, T?> parse, string expected)
        where T : struct
    {
        if (Text(key) is not { } text) return null;
        if (parse(text) is { } value) return value;
        Mistake($"{key}={text}: say {expected}.");
        return null;
    }

    /// <summary>The children of a section that is a list, in their order.</summary>
    public IReadOnlyList<string> Items(string section)
    {
        _lists.Add(section);
        return [.. configuration.GetSection(section).GetChildren().Select(child => child.Key)];
    }

    /// <summary>A list, either as <c>key:0</c>, <c>key:1</c> … or as one text with commas; null: not set.</summary>
    /// <param name="remedy">What to do if it is set and empty.</param>
    public IReadOnlyList<string>? List(string key, string remedy)
    {
        var items = Items(key);

        // An empty JSON list arrives as an empty text.
        if (configuration[key] is null && items.Count == 0) return null;
        string[] names = Text(key) is { } text
            ? text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : [.. items.Select(item => Text($"{key}:{item}")).OfType<string>()];
        if (names.Length == 0 || names.Length < items.Count) Mistake($"{key} is empty: {remedy}.");
        return names;
    }

    /// <summary>Counts a section as read, after a mistake in it.</summary>
    public void Skip(string section) =>
        _read.UnionWith(configuration.GetSection(section).AsEnumerable().Select(pair => pair.Key));

    /// <summary>The name of a file. Expands <c>~</c>, which otherwise only a shell does.</summary>
    public string FilePath(string key, string defaultValue)
    {
        var text = Text(key, defaultValue);
        if (!text.StartsWith('~')) return text;
        var (user, rest) = text.IndexOfAny(['/', Path.DirectorySeparatorChar]) is var end and > 0
            ? (text[..end], text[(end + 1)..])
            : (text, "");
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        if (user == "~" && home.Length > 1) return Path.Combine(home, rest);
        Mistake(user == "~"
            ? $"{key}={text}: this user has no home folder; say the whole path."
            : $"{key}={text}: only a shell expands {user}; say the whole path.");
        return "";
    }

    /// <summary>The same; null: not set.</summary>
    public string? OptionalFilePath(string key) => Text(key) is null ? null : FilePath(key, "");

    /// <summary>Items whose names differ only in case: configuration would merge their settings.</summary>
    public IEnumerable<IReadOnlyList<string>> SpelledDifferently(string section) =>
        from name in Spellings(section).Distinct(StringComparer.Ordinal)
        group name by name.ToUpperInvariant() into same
        where same.Count() > 1
        select same.Order(StringComparer.Ordinal).ToList();

    private IEnumerable<string> Spellings(string section)
    {
        var providers = configuration is IConfigurationRoot root
            ? root.Providers.SelectMany(provider => provider.GetChildKeys([], section))
            : [];

        // The provider of environment variables keeps one spelling of each key.
        var variables = from string variable in Environment.GetEnvironmentVariables().Keys
            let key = variable.Replace("__", ":", StringComparison.Ordinal)
            where key.StartsWith(section + ":", StringComparison.OrdinalIgnoreCase)
            select key[(section.Length + 1)..].Split(':')[0];
        return providers.Concat(variables);
    }

    /// <summary>The settings below these sections that have not been read.</summary>
    public IEnumerable<string> Unread(params IReadOnlyList<string> sections) =>
        from section in sections
        from pair in configuration.GetSection(section).AsEnumerable()
        where pair.Value is not null && !_read.Contains(pair.Key)
        select pair.Key;

    /// <summary>
    /// Settings whose section has a name like one of these, and whose next part is like a known one there. All other sections belong to
    /// ASP.NET Core, Orleans, the AWS SDK or other users of environment variables.
    /// </summary>
    public IEnumerable<string> Misspelt(params IReadOnlyList<string> sections) =>
        from child in configuration.GetChildren()
        where !sections.Contains(child.Key, StringComparer.OrdinalIgnoreCase)
        let below = sections.Where(section => Likeness.IsLike(child.Key, section)).SelectMany(KnownBelow).ToList()
        where below.Count > 0
        from pair in child.AsEnumerable()
        where pair.Value is not null && pair.Key.Split(':') is [_, var next, ..] && below.Any(known => Likeness.IsLike(next, known))
        select pair.Key;

    private IEnumerable<string> KnownBelow(string section) =>
        from key in _read.Concat(_lists)
        where key.StartsWith(section + ":", StringComparison.OrdinalIgnoreCase)
        select key.Split(':')[1];
}
