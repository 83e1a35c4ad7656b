using System.Globalization;

namespace IoTOrleans.Grains.Policies;

/// <summary>
/// A glob on thing names: <c>*</c> any characters, <c>?</c> one, <c>\</c> takes the meaning from one of these three behind it. The
/// framework's own take <c>?</c> for one UTF-16 unit, which is half an emoji. Parsed once, then matched against many names.
/// </summary>
public sealed class Glob
{
    private const char Star = '*';

    private const char One = '?';

    /// <summary>Literals, and <see cref="Star"/> and <see cref="One"/> where <see cref="_isLiteral"/> says that they are none.</summary>
    private readonly string _text;

    private readonly bool[] _isLiteral;

    /// <summary>What stands between stars, if the glob has no question mark; null: it has one.</summary>
    private readonly string[]? _parts;

    private Glob(string text, bool[] isLiteral)
    {
        (_text, _isLiteral) = (text, isLiteral);
        if (!Enumerable.Range(0, text.Length).Any(at => Is(One, at))) _parts = [.. Parts()];
    }

    public static Glob Parse(string pattern)
    {
        var (text, isLiteral) = (new StringBuilder(pattern.Length), new List<bool>(pattern.Length));
        for (var at = 0; at < pattern.Length; at++)
        {
            var isEscape = pattern[at] == '\\' && at + 1 < pattern.Length && pattern[at + 1] is Star or One or '\\';
            if (isEscape) at++;
            text.Append(pattern[at]);
            isLiteral.Add(isEscape || pattern[at] is not (Star or One));
        }

        return new(text.ToString(), [.. isLiteral]);
    }

    /// <summary>The name, if only one can match; null: several can.</summary>
    public string? OnlyName => _isLiteral.All(isLiteral => isLiteral) ? _text : null;

    public bool Matches(string name) => Matches(new NameInParts(name));

    public bool Matches(NameInParts name) => _parts is not null && name.IsSimple ? MatchesParts(name.Text, _parts) : Walk(name);

    /// <summary>Linear: the first place of each part is the best one, since it leaves the most of the name for the next.</summary>
    private static bool MatchesParts(ReadOnlySpan<char> name, string[] parts)
    {
        if (parts is [var only]) return name.SequenceEqual(only);
        var (first, last) = (parts[0], parts[^1]);
        if (name.Length < first.Length + last.Length || !name.StartsWith(first) || !name.EndsWith(last)) return false;
        name = name[first.Length..^last.Length];
        foreach (var part in parts.AsSpan(1, parts.Length - 2))
        {
            var found = name.IndexOf(part);
            if (found < 0) return false;
            name = name[(found + part.Length)..];
        }

        return true;
    }

    /// <summary>The same for characters of any length. It goes back to the last star only, never further.</summary>
    private bool Walk(NameInParts name)
    {
        var (at, next) = (0, 0);
        var (star, fromStar) = (-1, 0);
        while (next < name.Text.Length)
        {
            if (Is(Star, at)) (star, fromStar) = (++at, next);
            else if (Is(One, at)) (at, next) = (at + 1, next + name.CharacterAt(next));
            else if (at < _text.Length && _text[at] == name.Text[next]) (at, next) = (at + 1, next + 1);
            else if (star >= 0) (at, next) = (star, fromStar += name.CharacterAt(fromStar));
            else return false;
        }

        while (Is(Star, at)) at++;
        return at == _text.Length;
    }

    private bool Is(char wildcard, int at) => at < _text.Length && _text[at] == wildcard && !_isLiteral[at];

    private IEnumerable<string> Parts()
    {
        var from = 0;
        for (var at = 0; at < _text.Length; at++)
        {
            if (!Is(Star, at)) continue;
            yield return _text[from..at];
            from = at + 1;
        }

        yield return _text[from..];
    }
}

/// <summary>A name that is matched against several globs: where its characters end, as people see them, is found once.</summary>
public sealed class NameInParts(string name)
{
    /// <summary>From here on a character may belong to the one before it, or be half of one.</summary>
    private const char FirstCombining = '\u0300';

    private int[]? _lengths;

    public string Text => name;

    /// <summary>Each UTF-16 unit is a character of its own.</summary>
    internal bool IsSimple { get; } = !name.AsSpan().ContainsAnyExceptInRange('\0', (char)(FirstCombining - 1));

    /// <summary>The length of what people see as one character: with its combining marks, a whole emoji.</summary>
    internal int CharacterAt(int at)
    {
        if (IsSimple) return 1;
        _lengths ??= new int[name.Length];
        return _lengths[at] is var known and not 0 ? known : _lengths[at] = StringInfo.GetNextTextElementLength(name, at);
    }
}
