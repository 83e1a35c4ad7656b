using System.Globalization;

namespace IoTOrleans.Grains.Policies;

/// <summary>
/// Globs on thing names: <c>*</c> any characters, <c>?</c> one, <c>\</c> takes the meaning from one of these three behind it. The
/// framework's own take <c>?</c> for one UTF-16 unit, which is half an emoji.
/// </summary>
public static class Glob
{
    /// <summary>From here on a character may belong to the one before it, or be half of one.</summary>
    private const char FirstCombining = '\u0300';

    public static bool Matches(string glob, string name)
    {
        var (at, next) = (0, 0);
        var (star, fromStar) = (-1, 0);
        while (next < name.Length)
        {
            if (at < glob.Length && glob[at] == '*') (star, fromStar) = (++at, next);
            else if (at < glob.Length && glob[at] == '?') (at, next) = (at + 1, next + CharacterAt(name, next));
            else if (LiteralAt(glob, at) is var (literal, length) && literal == name[next]) (at, next) = (at + length, next + 1);
            else if (star >= 0) (at, next) = (star, fromStar += CharacterAt(name, fromStar));
            else return false;
        }

        return glob.AsSpan(at).TrimStart('*').IsEmpty;
    }

    /// <summary>The name, if only one can match; null: several can.</summary>
    public static string? OnlyNameOf(string glob)
    {
        var name = new StringBuilder(glob.Length);
        for (var at = 0; at < glob.Length;)
        {
            if (glob[at] is '*' or '?') return null;
            var (literal, length) = LiteralAt(glob, at)!.Value;
            name.Append(literal);
            at += length;
        }

        return name.ToString();
    }

    private static (char Literal, int Length)? LiteralAt(string glob, int at) => at >= glob.Length ? null
        : glob[at] == '\\' && at + 1 < glob.Length && glob[at + 1] is '*' or '?' or '\\' ? (glob[at + 1], 2) : (glob[at], 1);

    /// <summary>The length of what people see as one character: with its combining marks, a whole emoji.</summary>
    private static int CharacterAt(string name, int at) =>
        name[at] < FirstCombining && (at + 1 == name.Length || name[at + 1] < FirstCombining)
            ? 1
            : StringInfo.GetNextTextElementLength(name, at);
}
