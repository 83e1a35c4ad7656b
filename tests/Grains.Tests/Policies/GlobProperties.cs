using System.Globalization;
using CsCheck;
using IoTOrleans.Grains.Policies;

namespace IoTOrleans.Grains.Tests.Policies;

public sealed class GlobProperties
{
    private static readonly string[] Pieces =
        ["a", "b", "ab", "*", "?", @"\*", @"\?", @"\\", @"\", "**", "e\u0301", "\u0301", "👍🏽", "👩‍🔧", "🇯🇵", "が", "か\u3099", "𠮷", "-"];

    private static readonly Gen<string> Globs = Gen.OneOf(Pieces).Array[0, 10].Select(string.Concat);

    /// <summary>Often made of the same pieces, so that many match.</summary>
    private static readonly Gen<string> Names = Gen.OneOf(Pieces).Array[0, 12].Select(string.Concat);

    [Fact]
    public void A_compiled_glob_matches_what_the_definition_matches() => Gen.Select(Globs, Names)
        .Sample((glob, name) => Glob.Parse(glob).Matches(name) == Matches(glob, name), iter: 200_000);

    [Fact]
    public void A_glob_made_from_a_name_matches_it() => Gen.Select(Names, Gen.Int[0, 1 << 12]).Sample((name, holes) =>
    {
        var elements = Elements(name).Select((element, n) => (holes >> n % 12 & 1) == 1 ? (n % 2 == 0 ? "?" : "*") : Escaped(element));
        return Glob.Parse(string.Concat(elements)).Matches(name);
    });

    /// <summary>Going back to every star would take 100,000⁸ steps: it would not end.</summary>
    [Theory(Timeout = 60_000)]
    [InlineData("a*a*a*a*a*a*a*a*ab")]
    [InlineData("a*a*a*a*a*a*a*a*?b")]
    [InlineData("*a*a*a*a*a*a*a*b*")]
    public async Task Many_stars_take_no_longer_than_the_name(string glob)
    {
        var name = new string('a', 100_000);
        (await Task.Run(() => Glob.Parse(glob).Matches(name), TestContext.Current.CancellationToken)).ShouldBeFalse();
        (await Task.Run(() => Glob.Parse(glob).Matches(name + "b"), TestContext.Current.CancellationToken)).ShouldBeTrue();
    }

    /// <summary>
    /// The definition: where in the name each piece of the glob may end. A star is anything, unit by unit; a question mark is one character
    /// of the name as people see them, whole; the rest is itself.
    /// </summary>
    private static bool Matches(string glob, string name)
    {
        var characters = StringInfo.ParseCombiningCharacters(name);
        HashSet<int> ends = [0];
        for (var at = 0; at < glob.Length; at++)
        {
            if (glob[at] == '*') ends = [.. ends.SelectMany(end => Enumerable.Range(end, name.Length + 1 - end))];
            else if (glob[at] == '?')
                ends = [.. ends.Intersect(characters).Select(begin => characters.FirstOrDefault(next => next > begin, name.Length))];
            else
            {
                if (glob[at] == '\\' && at + 1 < glob.Length && glob[at + 1] is '*' or '?' or '\\') at++;
                ends = [.. ends.Where(begin => begin < name.Length && name[begin] == glob[at]).Select(begin => begin + 1)];
            }
        }

        return ends.Contains(name.Length);
    }

    private static string Escaped(string element) => string.Concat(element.Select(c => c is '*' or '?' or '\\' ? $@"\{c}" : $"{c}"));

    private static IEnumerable<string> Elements(string name)
    {
        for (var enumerator = StringInfo.GetTextElementEnumerator(name); enumerator.MoveNext();) yield return enumerator.GetTextElement();
    }
}
