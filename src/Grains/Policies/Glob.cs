using System.Globalization;

namespace IoTOrleans.Grains.Policies;

/// <summary>
/// A glob on thing names: <c>*</c> any characters, <c>?</c> one, <c>\</c> takes the meaning from one of these three behind it. The
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

    public bool Matches(NameInParts name) => _parts is null ? Walk(name) : MatchesParts(name, _parts);

    /// <summary>Linear: the first place of each part is the best one, since it leaves the most of the name for the next.</summary>
    private static bool MatchesParts(NameInParts name, string[] parts)
    {
        var text = name.Text.AsSpan();
        if (parts is [var only]) return text.SequenceEqual(only);
        var (first, last) = (parts[0], parts[^1]);
        if (!text.StartsWith(first) || !text.EndsWith(last)) return false;
        var from = first.Length;
        foreach (var part in parts.AsSpan(1, parts.Length - 2))
        {
            from = name.Find(part, from);
            if (from < 0) return false;
            from += part.Length;
        }

        return name.Reaches(from, text.Length - last.Length);
    }

    /// <summary>The same with question marks. It goes back to the last star only, never further.</summary>
    private bool Walk(NameInParts name)
    {
        var (at, next) = (0, 0);
        var (star, fromStar) = (-1, 0);
        while (next < name.Text.Length)
        {
            var token = at < _tokens.Length ? _tokens[at] : int.MinValue;
            if (token == name.Text[next]) (at, next) = (at + 1, next + 1);
            else if (token == Star) (star, fromStar) = (++at, next);
            else if (token == One) (at, next) = (at + 1, next + name.CharacterAt(next));
            else if (star >= 0) (at, next) = (star, fromStar += name.CharacterAt(fromStar));
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

    private int[]? _lengths;
    private bool[]? _starts;

    public string Text => name;

    /// <summary>The length of what people see as one character: with its combining marks, a whole emoji.</summary>
    internal int CharacterAt(int at)
    {
        if (_isSimple) return 1;
        _lengths ??= new int[name.Length];
        return _lengths[at] is var known and not 0 ? known : _lengths[at] = StringInfo.GetNextTextElementLength(name, at);
    }

    /// <summary>The first place of a part after any number of characters; below 0: there is none.</summary>
    internal int Find(string part, int from)
    {
        // A part before may have ended within a character.
        for (; from < name.Length && !IsStart(from); from += CharacterAt(from))
        {
            if (name.AsSpan(from).StartsWith(part)) return from;
        }

        for (; (from = name.IndexOf(part, from, StringComparison.Ordinal)) >= 0; from++)
        {
            if (IsStart(from)) return from;
        }

        return from;
    }

    /// <summary>Any number of characters lie between the two places.</summary>
    internal bool Reaches(int from, int to)
    {
        while (from < to && !IsStart(from)) from += CharacterAt(from);
        return from == to || (from < to && IsStart(to));
    }

    private bool IsStart(int at)
    {
        if (_isSimple) return true;
        if (_starts is null)
        {
            _starts = new bool[name.Length + 1];
            for (var start = 0; start < name.Length; start += CharacterAt(start)) _starts[start] = true;
            _starts[name.Length] = true;
        }

        return _starts[at];
    }
}
