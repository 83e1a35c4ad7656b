using System.Text;

namespace IoTOrleans.Silo.Api.Access;

/// <summary>Who sent a request, as far as the service knows.</summary>
internal static class Caller
{
    private const int LongestName = 128;

    /// <returns>
    /// The user name beside a key, or the one that the proxy named (at most 128 characters, no control characters), else the key's
    /// fingerprint, like <c>key 3f9a1c</c>. Null: no key is set, so anybody may call.
    /// </returns>
    public static string? NameOf(HttpContext context) => context.User.Identity?.Name;

    /// <summary>It can stand in a log line and in a history without pretending to be something else.</summary>
    public static bool IsName(string text) => text.Length is > 0 and <= LongestName && !string.IsNullOrWhiteSpace(text)
        && text.EnumerateRunes().All(rune => rune != Rune.ReplacementChar && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control
            or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator));
}
