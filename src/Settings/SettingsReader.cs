using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace IoTOrleans.Settings;

/// <summary>
/// Reads settings one by one and collects what is wrong with them, each mistake as a line that names the setting and the remedy.
/// It also knows what it has not been asked for: most often a typing error.
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
        _mistakes.Add($"{key}={text}: {wrong}.");
        return null;
    }

    public bool Flag(string key, bool defaultValue) => Flag(key) ?? defaultValue;

    public bool? Flag(string key)
    {
        if (Text(key) is not { } text) return null;
        if (bool.TryParse(text, out var flag)) return flag;
        _mistakes.Add($"{key}={text}: say true or false.");
        return null;
    }

    /// <param name="remedy">Another way to reach what a larger number would do.</param>
    public int Number(string key, int defaultValue, int least, int most, string? remedy = null)
    {
        if (Text(key) is not { } text) return defaultValue;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;
        _mistakes.Add($"{key}={text}: say a whole number from {least} to {most}{(remedy is null ? "" : $"; {remedy}")}.");
        return defaultValue;
    }

    public T Choice<T>(string key, T defaultValue)
        where T : struct, Enum
    {
        if (Text(key) is not { } text) return defaultValue;
        if (!char.IsAsciiDigit(text[0]) && Enum.TryParse<T>(text, ignoreCase: true, out var choice)) return choice;
        _mistakes.Add($"{key}={text}: say one of {string.Join(", ", Enum.GetNames<T>())}.");
        return defaultValue;
    }

    public Uri? Url(string key)
    {
        if (Text(key) is not { } text) return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https") return url;
        _mistakes.Add($"{key}={text}: say a whole URL that begins with http:// or https://.");
        return null;
    }

    /// <summary>The children of a section that is a list, in their order.</summary>
    public IReadOnlyList<string> Items(string section)
    {
        _lists.Add(section);
        return [.. configuration.GetSection(section).GetChildren().Select(child => child.Key)];
    }

    /// <summary>A list, either as <c>key:0</c>, <c>key:1</c> … or as one text with commas; null: not set.</summary>
    /// <param name="remedy">What to do where it is set and names nothing.</param>
    public IReadOnlyList<string>? List(string key, string remedy)
    {
        var items = Items(key);

        // An empty text is how an empty JSON list arrives.
        if (configuration[key] is null && items.Count == 0) return null;
        string[] names = Text(key) is { } text
            ? text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : [.. items.Select(item => Text($"{key}:{item}")).OfType<string>()];
        if (names.Length == 0 || names.Length < items.Count)
            _mistakes.Add($"{key} is empty: {remedy}.");
        return names;
    }

    /// <summary>Nobody reads this section any more: what is wrong with it has been said.</summary>
    public void Skip(string section) =>
        _read.UnionWith(configuration.GetSection(section).AsEnumerable().Select(pair => pair.Key));

    /// <summary>
    /// The name of a file. Only a shell expands <c>~</c> before a program sees it; here the home folder is put in its place.
    /// </summary>
    public string FilePath(string key, string defaultValue)
    {
        var text = Text(key, defaultValue);
        if (!text.StartsWith('~')) return text;
        var (user, rest) = text.IndexOfAny(['/', Path.DirectorySeparatorChar]) is var end and > 0
            ? (text[..end], text[(end + 1)..])
            : (text, "");
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        if (user == "~" && home.Length > 1) return Path.Combine(home, rest);
        _mistakes.Add(user == "~"
            ? $"{key}={text}: this user has no home folder; say the whole path."
            : $"{key}={text}: only a shell knows {user}; say the whole path.");
        return "";
    }

    /// <summary>Items that are spelled in more than one way: to configuration they are one, and their settings would be merged.</summary>
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

        // Where all keys differ in nothing but case the provider has kept one spelling of each.
        var variables = from string variable in Environment.GetEnvironmentVariables().Keys
            let key = variable.Replace("__", ":", StringComparison.Ordinal)
            where key.StartsWith(section + ":", StringComparison.OrdinalIgnoreCase)
            select key[(section.Length + 1)..].Split(':')[0];
        return providers.Concat(variables);
    }

    /// <summary>What stands below these sections and has not been read.</summary>
    public IEnumerable<string> Unread(params IReadOnlyList<string> sections) =>
        from section in sections
        from pair in configuration.GetSection(section).AsEnumerable()
        where pair.Value is not null && !_read.Contains(pair.Key)
        select pair.Key;

    /// <summary>
    /// What stands below a name that is like one of these sections, if that is like what stands there, too. All else at the top belongs to
    /// others: to ASP.NET Core, to Orleans, to the AWS SDK, to whoever has set an environment variable.
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
