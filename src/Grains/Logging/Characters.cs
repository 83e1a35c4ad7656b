using System.Buffers;
using System.Globalization;

namespace IoTOrleans.Grains.Logging;

/// <summary>Names and reasons come from devices. They must not break a subject line or control a terminal.</summary>
public static class Characters
{
    /// <summary>Blank although they are letters or marks, not format characters.</summary>
    private static readonly SearchValues<char> Blank =
        SearchValues.Create("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufffe\uffff");

    /// <summary>
    /// For logs and terminals. What is not text becomes an escape like <c>\u001b</c>: control characters, format characters (those that
    /// turn text around or take no room), separators of lines and paragraphs, halves of surrogate pairs. Line feeds stay.
    /// </summary>
    public static string Visible(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~')) return text;
        var result = new StringBuilder(text.Length);
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            var isWhole = Rune.DecodeFromUtf16(rest, out var rune, out var length) == OperationStatus.Done;
            var isLineBreak = rest[0] == '\n' || rest.StartsWith("\r\n");
            if (isLineBreak || (isWhole && IsText(rune))) result.Append(rest[..length]);
            else foreach (var unit in rest[..length]) result.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
            rest = rest[length..];
        }

        return result.ToString();
    }

    /// <summary>
    /// Replaces control characters, line breaks, lone surrogates, characters that change the direction of text, and U+FFFE and U+FFFF: XML
    /// does not allow these two, so SNS would refuse the message.
    /// </summary>
    public static string Printable(string text) => Map(text, rune => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => new Rune(' '),
        _ => rune.Value is 0xFFFE or 0xFFFF or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) ? new Rune(' ') : rune,
    });

    /// <summary>Each other character becomes one <c>?</c>.</summary>
    public static string Ascii(string text) => Map(text, rune => rune.IsAscii ? rune : new Rune('?'));

    /// <summary>Keeps both ends: a serial number at the end tells things apart as often as a site at the beginning.</summary>
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

    /// <summary>Cuts off what does not fit into so many bytes of UTF-8, between two characters.</summary>
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

    private static bool IsText(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned)
        && !(rune.IsBmp && Blank.Contains((char)rune.Value));

    private static string Map(string text, Func<Rune, Rune> map)
    {
        var result = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) result.Append(map(rune).ToString());
        return result.ToString();
    }
}
