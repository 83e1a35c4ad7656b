using System.Globalization;

namespace IoTOrleans.Grains.Policies;

/// <summary>
/// A glob on thing names: <c>*</c> anything, <c>?</c> one character, <c>\</c> takes the meaning from one of these three behind it. The
/// framework's own take <c>?</c> for one UTF-16 unit, which is half an emoji. Parsed once, then matched against many names.
/// </summary>
public sealed class Glob
{
    private const int Star = -1;

    private const int One = -2;

    /// <summary>UTF-16 units, <see cref="Star"/> and <see cref="One"/>.</summary>
    private readonly int[] _tokens;

    /// <summary>What stands between stars; null: there is a question mark in the glob.</summary>
    private readonly string[]? _parts;

    private Glob(int[] tokens)
    {
        _tokens = tokens;
        if (!tokens.Contains(One)) _parts = Parts();
    }

    public static Glob Parse(string pattern)
    {
        var tokens = new List<int>(pattern.Length);
        for (var at = 0; at < pattern.Length; at++)
        {
            var isEscape = pattern[at] == '\\' && at + 1 < pattern.Length && pattern[at + 1] is '*' or '?' or '\\';
            if (isEscape) tokens.Add(pattern[++at]);
            else tokens.Add(pattern[at] switch { '*' => Star, '?' => One, var literal => literal });
        }

        return new([.. tokens]);
    }

    /// <summary>The name, if only one can match; null: several can.</summary>
    public string? OnlyName => _parts is [var only] ? only : null;

    public bool Matches(string name) => Matches(new NameInParts(name));

    public bool Matches(NameInParts name) => _parts is null ? Walk(name) : MatchesParts(name.Text, _parts);

    /// <summary>Linear: the first place of each part is the best one, since it leaves the most of the name for the next.</summary>
    private static bool MatchesParts(ReadOnlySpan<char> name, string[] parts)
    {
        if (parts is [var only]) return name.SequenceEqual(only);
        var (first, last) = (parts[0], parts[^1]);
        if (name.Length < first.Length + last.Length || !name.StartsWith(first) || !name.EndsWith(last)) return false;
        var rest = name[first.Length..^last.Length];
        foreach (var part in parts.AsSpan(1, parts.Length - 2))
        {
            var found = rest.IndexOf(part);
            if (found < 0) return false;
            rest = rest[(found + part.Length)..];
        }

        return true;
    }

    /// <summary>
    /// The same with question marks. It goes back to the last star only: where characters end depends on the name alone, so what begins
    /// later ends later.
    /// </summary>
    private bool Walk(NameInParts name)
    {
        var (at, next) = (0, 0);
        var (star, fromStar) = (-1, 0);
        while (next < name.Text.Length)
        {
            var token = at < _tokens.Length ? _tokens[at] : int.MinValue;
            if (token == name.Text[next]) (at, next) = (at + 1, next + 1);
            else if (token == Star) (star, fromStar) = (++at, next);
            else if (token == One && name.CharacterAt(next) is var length and > 0) (at, next) = (at + 1, next + length);
            else if (star >= 0) (at, next) = (star, ++fromStar);
            else return false;
        }

        return !_tokens.AsSpan(at).ContainsAnyExcept(Star);
    }

    private string[] Parts()
    {
        var (parts, part) = (new List<string>(), new StringBuilder());
        foreach (var token in _tokens)
        {
            if (token != Star)
            {
                part.Append((char)token);
                continue;
            }

            parts.Add(part.ToString());
            part.Clear();
        }

        return [.. parts, part.ToString()];
    }
}

/// <summary>A name that is matched against several globs: where its characters end, as people see them, is found once.</summary>
public sealed class NameInParts(string name)
{
    /// <summary>From here on a character may belong to the one before it, or be half of one.</summary>
    private const char FirstCombining = '\u0300';

    /// <summary>Each UTF-16 unit is a character of its own.</summary>
    private readonly bool _isSimple = !name.AsSpan().ContainsAnyExceptInRange('\0', (char)(FirstCombining - 1));

    /// <summary>Of the character that begins there; 0: none does.</summary>
    private int[]? _lengths;

    public string Text => name;

    /// <summary>The length of what people see as one character, with its combining marks, a whole emoji; 0: within one.</summary>
    internal int CharacterAt(int at) => _isSimple ? 1 : (_lengths ??= Lengths())[at];

    private int[] Lengths()
    {
        var lengths = new int[name.Length];
        for (var at = 0; at < name.Length; at += lengths[at]) lengths[at] = StringInfo.GetNextTextElementLength(name, at);
        return lengths;
    }
}
