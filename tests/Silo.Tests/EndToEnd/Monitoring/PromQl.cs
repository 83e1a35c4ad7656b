using System.Text.RegularExpressions;

namespace IoTOrleans.Silo.Tests.EndToEnd.Monitoring;

internal static partial class PromQl
{
    private static readonly string[] Operators = ["and", "or", "unless", "bool"];

    /// <summary>The names of the series that an expression reads: what is left without labels, ranges, functions and operators.</summary>
    public static IEnumerable<string> SeriesOf(string expression) =>
        Names().Matches(NoNames().Replace(expression, " ")).Select(match => match.Value)
            .Where(name => !Operators.Contains(name)).Distinct();

    [GeneratedRegex("""
        \{[^}]*\} | \[[^\]]*\] | \boffset\s+\w+ | \b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex NoNames();

    [GeneratedRegex(@"(?<![\w:.])[a-zA-Z_:](?>[\w:]*)(?!\s*\()")]
    private static partial Regex Names();
}
