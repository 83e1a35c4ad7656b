using System.Text.RegularExpressions;
using IoTOrleans.Silo.Api;
using IoTOrleans.Testing.Emulators;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Docs;

/// <summary>Whatever can wake somebody up is in docs/operations.md.</summary>
public sealed partial class OperationsTests
{
    private static readonly Document Operations = Document.Read("docs/operations.md");

    [Fact]
    public void Each_alarm_of_the_templates_has_a_section() =>
        ShouldHaveSections(Names(CloudWatch(), "deploy", "*.yaml"));

    /// <summary>Several alerts may lead to one section: <c>runbook_url</c> says to which.</summary>
    [Fact]
    public void Each_alert_rule_leads_to_a_section()
    {
        var rules = Names(Runbook(), "deploy", "*.rules.yml");
        rules.Count.ShouldBe(Names(Alert(), "deploy", "*.rules.yml").Count, "each alert has its runbook_url");
        ShouldHaveSections(rules);
    }

    [Fact]
    public void Each_check_of_readiness_is_in_the_table()
    {
        var checks = Names(ReadyCheck(), "src", "*.cs").Append(HealthApi.Storage).ToList();
        checks.Count.ShouldBeGreaterThan(9);
        checks.Where(check => !Operations.Prose.Any(line => line.StartsWith($"| `{check}` |", StringComparison.Ordinal))).ShouldBeEmpty();
    }

    private static void ShouldHaveSections(IEnumerable<string> names)
    {
        var headings = Operations.Headings.Select(heading => heading.Text).ToHashSet(StringComparer.OrdinalIgnoreCase);
        names.Where(name => !headings.Contains(name)).ShouldBeEmpty();
    }

    private static List<string> Names(Regex pattern, string folder, string files) =>
        [.. Directory.GetFiles(Path.Combine(RepositoryRoot.Path, folder), files, SearchOption.AllDirectories)
            .SelectMany(file => pattern.Matches(File.ReadAllText(file))).Select(match => match.Groups[1].Value)];

    [GeneratedRegex(@"^  (\w+):\s+Type: AWS::CloudWatch::Alarm", RegexOptions.Multiline)]
    private static partial Regex CloudWatch();

    [GeneratedRegex(@"^\s+- alert: (\w+)", RegexOptions.Multiline)]
    private static partial Regex Alert();

    [GeneratedRegex(@"runbook_url: \S*docs/operations\.md#(\w+)")]
    private static partial Regex Runbook();

    [GeneratedRegex(@"AddReadyCheck\(""(\w+)""")]
    private static partial Regex ReadyCheck();
}
