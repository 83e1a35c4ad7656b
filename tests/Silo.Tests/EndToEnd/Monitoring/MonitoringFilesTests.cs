using System.Text.RegularExpressions;
using IoTOrleans.Silo.Tests.Docs;
using IoTOrleans.Testing.Emulators;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd.Monitoring;

/// <summary>What can be said of deploy/monitoring without a service.</summary>
public sealed partial class MonitoringFilesTests
{
    [Theory]
    [InlineData("check", "rules", "iot-orleans.rules.yml")]
    [InlineData("test", "rules", "iot-orleans.rules.test.yml")]
    public Task Promtool_takes_the_rules_and_their_tests(params string[] arguments) => Promtool(MonitoringFiles.Folder, arguments);

    [Fact]
    public async Task Promtool_takes_the_configuration()
    {
        var folder = Directory.CreateTempSubdirectory("iot-orleans-");
        try
        {
            MonitoringFiles.CopyTo(folder.FullName, "0123456789abcdef");
            await Promtool(folder.FullName, "check", "config", "prometheus.yml");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Every_alert_is_tested_and_leads_to_a_part_of_the_page_for_operators()
    {
        var tests = File.ReadAllText(Path.Combine(MonitoringFiles.Folder, "iot-orleans.rules.test.yml"));
        var alerts = Alert().Matches(MonitoringFiles.Rules).Select(match => match.Groups[1].Value).ToList();
        alerts.ShouldEachBe(name => Regex.Count(tests, $@"\b{name}\b") >= 2);
        File.ReadAllText(Path.Combine(MonitoringFiles.Folder, "README.md")).ShouldSatisfyAllConditions(
            [.. alerts.Select(name => new Action<string>(readme => readme.ShouldContain($"| `{name}` |")))]);

        var runbooks = Runbook().Matches(MonitoringFiles.Rules).Select(match => match.Groups[1].Value).ToList();
        runbooks.Count.ShouldBe(alerts.Count);
        Document.Read("README.md", string.Join('\n', runbooks.Distinct().Select(link => $"[how]({link})"))).DeadLinks.ShouldBeEmpty();
    }

    [Fact]
    public void The_board_asks_the_data_source_that_is_chosen_and_names_no_thing()
    {
        var sources = SourceId().Matches(Board.Text).Select(match => match.Groups[1].Value).Distinct();
        sources.ShouldBe(["${datasource}"]);
        Board.Panels.ShouldEachBe(panel => panel.GetProperty("title").GetString()!.Length > 0);
        var ids = Board.Json.GetProperty("panels").EnumerateArray().Select(panel => panel.GetProperty("id").GetInt32()).ToList();
        ids.ShouldBe(ids.Distinct());
        Board.Text.ShouldNotContain("thing_name");
        MonitoringFiles.Rules.ShouldNotContain("thing_name");
    }

    [Theory]
    [InlineData("sum by (a, b) (rate(x_total{c=\"d\", e!~\"f\"}[5m])) / on (g) y > 0.5 unless z offset 1h", "x_total y z")]
    [InlineData("(a:b:c unless last_over_time(d[1h] offset 1h)) or vector(0) == bool e", "a:b:c d e")]
    [InlineData("histogram_quantile(0.99, sum by (le) (rate(x_bucket[$__rate_interval])))", "x_bucket")]
    public void What_an_expression_reads_is_found(string expression, string series) =>
        PromQl.SeriesOf(expression).ShouldBe(series.Split(' '));

    private static async Task Promtool(string folder, params string[] arguments)
    {
        var done = await Command.Run(folder, TimeSpan.FromMinutes(2), "promtool", arguments)
            ?? throw Prerequisite.Missing("This test needs promtool: apt-get install prometheus");
        done.ExitCode.ShouldBe(0, done.Output);
        done.Output.ShouldContain("SUCCESS");
    }

    [GeneratedRegex(@"- alert: (\w+)")]
    private static partial Regex Alert();

    [GeneratedRegex(@"runbook_url: (\S+)")]
    private static partial Regex Runbook();

    [GeneratedRegex("\"uid\": \"([^\"]+)\"(?=\\s*\\})")]
    private static partial Regex SourceId();
}
