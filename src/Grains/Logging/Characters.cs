using System.Globalization;

namespace IoTOrleans.Grains.Logging;

/// <summary>Names and reasons come from devices: what they put into a subject line or on a terminal is not theirs to decide.</summary>
public static class Characters
{
    /// <summary>
    /// Without control characters, line breaks of any kind, half surrogates, what turns the direction of the rest of the line around, and
    /// the two that are no character at all: XML has no place for them, so SNS would refuse what they are in.
    /// </summary>
    public static string Printable(string text) => Map(text, rune => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => new Rune(' '),
        _ => rune.Value is 0xFFFE or 0xFFFF or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) ? new Rune(' ') : rune,
    });

    /// <summary>Each other character becomes one <c>?</c>.</summary>
    public static string Ascii(string text) => Map(text, rune => rune.IsAscii ? rune : new Rune('?'));

    /// <summary>Keeps both ends: the serial number at the end tells things apart as often as the site at the beginning.</summary>
    public static string Shorten(string text, int maxLength)
    {
        const string gap = "...";
        var kept = Math.Max(maxLength - gap.Length, 2);
        if (text.Length <= kept) return text;
        var head = (kept + 1) / 2;
        var tail = text.Length - (kept - head);
        if (char.IsLowSurrogate(text[head])) head--;
        if (char.IsLowSurrogate(text[tail])) tail++;
        return string.Concat(text.AsSpan(0, head), gap, text.AsSpan(tail));
    }

    /// <summary>As much of it as fits into so many bytes of UTF-8, and no half character.</summary>
    public static string Fit(string text, int maxBytes)
    {
        if (Encoding.UTF8.GetByteCount(text) <= maxBytes) return text;
        const char cut = '…';
        var room = maxBytes - new Rune(cut).Utf8SequenceLength;
        var result = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            room -= rune.Utf8SequenceLength;
            if (room < 0) break;
            result.Append(rune.ToString());
        }

        return result.Append(cut).ToString();
    }

    private static string Map(string text, Func<Rune, Rune> map)
    {
        var result = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) result.Append(map(rune).ToString());
        return result.ToString();
    }
}
