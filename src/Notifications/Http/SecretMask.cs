namespace IoTOrleans.Notifications.Http;

/// <summary>
/// The secrets of one destination, masked in what its receiver says: a receiver may repeat what it was sent, and its words get into the
/// log, into <c>/notifications/test</c> and into the history of a thing.
/// </summary>
internal sealed partial class SecretMask
{
    private const string Mask = "***";

    /// <summary>A shorter secret is masked only where it stands alone.</summary>
    private const int LongEnough = 6;

    /// <summary>Of the beginning of a secret at the end of a text that was cut.</summary>
    private const int Telling = 3;

    /// <summary>What known services have in all their addresses. Masking these would only make their answers harder to read.</summary>
    private static readonly HashSet<string> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        "alerts", "api", "endpoints", "enqueue", "external", "fail", "heartbeat", "hook", "hooks", "ping", "push", "services", "slack",
        "webhook", "webhooks",
    };

    /// <summary>Longest first: one may be within another.</summary>
    private List<string> _secrets = [];

    /// <summary>Of paths: short, and maybe a word of a language.</summary>
    private List<string> _words = [];

    public void Add(string? secret)
    {
        if (string.IsNullOrWhiteSpace(secret)) return;
        _secrets = [.. _secrets.Concat(Forms(secret)).Distinct().OrderByDescending(form => form.Length)];
    }

    /// <summary>A header's value, and the part of it behind <c>Bearer</c> or <c>Basic</c>.</summary>
    public void AddHeader(string value)
    {
        Add(value);
        if (value.Split(' ', 2) is not [var scheme, var credentials]) return;
        Add(credentials);
        if (!scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)) return;
        var decoded = new byte[credentials.Length];
        if (Convert.TryFromBase64String(credentials, decoded, out var length))
            AddLogin(Encoding.UTF8.GetString(decoded, 0, length).Split(':', 2));
    }

    /// <summary>As HTTP and SMTP send them together.</summary>
    public void AddLogin(params string[] login)
    {
        if (login is not [var user, var password]) return;
        foreach (var form in new[] { password, $"{user}:{password}", $"\0{user}\0{password}" }) Add(form);
    }

    /// <summary>
    /// The values in the query, and the whole path, since nobody but the receiver knows which part of it is the secret. A part that may be
    /// a word is masked only in what the receiver says, and only where it stands alone.
    /// </summary>
    public void AddUrl(Uri url)
    {
        var parts = url.AbsolutePath.Split('/').Select(Uri.UnescapeDataString)
            .Where(part => part.Length >= Telling && !Known.Contains(part)).ToLookup(LooksLikeToken);
        foreach (var token in parts[true]) Add(token);
        _words = [.. _words.Union(parts[false].SelectMany(Forms)).OrderByDescending(form => form.Length)];
        var values = url.Query.TrimStart('?').Split('&').Select(pair => pair.Split('=', 2)[^1]);
        foreach (var value in values.Where(value => value.Length > Telling)) Add(Uri.UnescapeDataString(value));
    }

    public string Hide(string text)
    {
        foreach (var secret in _secrets.Where(secret => text.Contains(secret, StringComparison.OrdinalIgnoreCase)))
        {
            text = secret.Length >= LongEnough ? text.Replace(secret, Mask, StringComparison.OrdinalIgnoreCase) : HideWord(text, secret);
        }

        return UserInfo().Replace(text, Mask);
    }

    /// <summary>As much of what a receiver says as a person would read.</summary>
    /// <param name="isCut">It goes on, perhaps in the middle of a secret.</param>
    public string Quote(string said, bool isCut = false)
    {
        const int enough = 200;
        var quoted = _words.Aggregate(Hide(Characters.Printable(said).Trim()), HideWord);
        if (isCut) quoted = WithoutBeginning(quoted);
        return quoted.Length <= enough ? quoted : quoted[..enough];
    }

    private string WithoutBeginning(string text)
    {
        var most = _secrets.Concat(_words).Select(secret => Enumerable.Range(Telling, Math.Max(secret.Length - Telling, 0)).LastOrDefault(
            length => text.EndsWith(secret[..length], StringComparison.OrdinalIgnoreCase))).DefaultIfEmpty().Max();
        return most == 0 ? text : text[..^most] + Mask;
    }

    private static string HideWord(string text, string word) =>
        Regex.Replace(text, $@"(?<!\w){Regex.Escape(word)}(?!\w)", Mask, RegexOptions.IgnoreCase);

    private static IEnumerable<string> Forms(string secret)
    {
        yield return secret;
        yield return Characters.Printable(secret).Trim();
        yield return Uri.EscapeDataString(secret);
        yield return System.Net.WebUtility.UrlEncode(secret);
        yield return JsonSerializer.Serialize(secret)[1..^1];
        yield return Convert.ToBase64String(Encoding.UTF8.GetBytes(secret));
    }

    /// <summary>No word looks like this: it is long, or has a digit, or a capital letter after a small one.</summary>
    private static bool LooksLikeToken(string part) =>
        part.Length >= 12 || (part.Length >= LongEnough && Mixed().IsMatch(part));

    [GeneratedRegex("[0-9]|[a-z][A-Z]")]
    private static partial Regex Mixed();

    /// <summary>A user name and password in an address, whosever it is.</summary>
    [GeneratedRegex(@"(?<=://)[^/@\s]+(?=@)")]
    private static partial Regex UserInfo();
}
