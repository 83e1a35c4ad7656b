using System.Net.Sockets;
using System.Text.Json;
using IoTOrleans.Silo.Tests.Telemetry;
using IoTOrleans.Testing.Mqtt;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd.Monitoring;

/// <summary>deploy/monitoring beside a service that runs.</summary>
public sealed class MonitoringTests(MonitoredSilo one) : IClassFixture<MonitoredSilo>
{
    /// <summary>
    /// What is there only once something has happened. It is waited for whatever the document says of it: else a remark that it belongs to
    /// another setup would look true for as long as it is not there yet.
    /// </summary>
    private static readonly string[] ComesLate =
    [
        "iot_orleans_things", "iot_orleans_things_muted", "iot_orleans_events_total", "iot_orleans_decisions_total",
        "iot_orleans_outages_suppressed_total", "iot_orleans_notifications_total", "iot_orleans_notifications_lateness_seconds_bucket",
        "iot_orleans_rule_failures_total", "iot_orleans_broker_refused_total", "iot_orleans_storage_duration_seconds_bucket",
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Prometheus_scrapes_with_the_key_that_may_only_read_and_has_nothing_to_complain_of()
    {
        await one.Until(
            async () => (await one.Query("""scrape_samples_scraped{job="iot-orleans"} > 100""")).Count == 1
                && (await one.Query("""count_over_time(up{job="iot-orleans"}[1m]) >= 3""")).Count == 1,
            "three scrapes");

        (await one.Query("""min_over_time(up{job="iot-orleans"}[5m]) == 1""")).Count.ShouldBe(1, "every scrape worked");
        var target = (await one.Ask("/api/v1/targets?state=active")).GetProperty("activeTargets").EnumerateArray().Single();
        (target.GetProperty("health").GetString(), target.GetProperty("lastError").GetString()).ShouldBe(("up", ""));
        one.PrometheusLog.ShouldNotBeEmpty();
        one.PrometheusLog.Where(line => line.Contains("level=warn", StringComparison.Ordinal)
            || line.Contains("level=error", StringComparison.Ordinal) || line.Contains("failed", StringComparison.OrdinalIgnoreCase))
            .ShouldBeEmpty();
        (await one.Query("""{job="iot-orleans", __name__=~".*_created"}""")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_series_of_the_board_and_of_the_rules_is_there_or_documented_as_one_of_another_setup()
    {
        await LetAllBeCounted();
        var rules = await Rules();
        var recorded = rules.Where(rule => rule.GetProperty("type").GetString() == "recording")
            .Select(rule => rule.GetProperty("name").GetString()!).ToList();
        var read = Board.Expressions.Concat(rules.Select(rule => rule.GetProperty("query").GetString()!))
            .SelectMany(PromQl.SeriesOf).Concat(Board.SeriesOfVariables).Distinct().ToList();
        read.ShouldContain("iot_orleans_notifications_lateness_seconds_bucket");
        recorded.ShouldBeSubsetOf(read, "nothing is recorded that nobody reads");

        var elsewhere = DocumentedMetric.All.Where(metric => metric.OnlyWith is "SQS" or "DynamoDB")
            .Select(metric => metric.Prometheus).ToList();
        var ofThose = rules.Where(rule => PromQl.SeriesOf(rule.GetProperty("query").GetString()!).Any(elsewhere.Contains))
            .Select(rule => rule.GetProperty("name").GetString()!);
        var needed = read.Except(elsewhere).Except(ofThose).Union(ComesLate).ToList();
        IReadOnlyList<string> there = [];
        await one.Until(
            async () => needed.Except(there = [.. (await one.Ask("/api/v1/label/__name__/values")).EnumerateArray()
                .Select(name => name.GetString()!)]).ToList() is { Count: 0 },
            $"all of {string.Join(' ', needed)}");

        // What the document says of another setup is true, too.
        elsewhere.ShouldNotBeEmpty();
        there.Intersect(elsewhere).ShouldBeEmpty();
        there.Where(name => name.StartsWith("iot_orleans_", StringComparison.Ordinal)).ShouldEachBe(
            name => DocumentedMetric.All.Any(metric => name == metric.Prometheus || (metric.Type == "histogram"
                && name.StartsWith(metric.Prometheus, StringComparison.Ordinal))));
    }

    [Fact]
    public async Task Every_panel_and_every_rule_is_understood()
    {
        foreach (var expression in Board.Expressions) await one.Query(expression);

        IReadOnlyList<JsonElement> rules = [];
        await one.Until(
            async () => (rules = await Rules()).All(rule => rule.GetProperty("health").GetString() == "ok"), "all rules to be evaluated");
        var alerts = rules.Where(rule => rule.GetProperty("type").GetString() == "alerting").ToList();
        alerts.ShouldEachBe(rule => rule.GetProperty("annotations").EnumerateObject().Select(one => one.Name)
            .SequenceEqual(new[] { "description", "runbook_url", "summary" }));
        alerts.Select(rule => rule.GetProperty("labels").GetProperty("severity").GetString()).Distinct()
            .ShouldBe(["critical", "warning"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_refused_event_fires_its_alert_though_it_is_the_first()
    {
        await LetAllBeCounted();
        await one.Until(
            async () => (await one.Query(
                """ALERTS{alertname="IotOrleansEventsRefused", alertstate="firing", source="http", reason="not-json"}""")).Count == 1,
            "the alert");
    }

    [Fact]
    public async Task Alertmanager_shows_an_outage_for_as_long_as_it_lasts_and_no_longer()
    {
        (await one.Silo.Post(new { thingName = "lasting", connected = false })).Dispose();
        await one.Alertmanager.Until(async () => await Shown("lasting") == 1, "the alert");
        await one.Alertmanager.Until(() => one.Alertmanager.Paged("firing", "lasting"), "the page");

        await one.Alertmanager.OutlastResolveTimeout();
        (await Shown("lasting")).ShouldBe(1, "an outage does not end because nobody speaks of it");
        one.Alertmanager.Paged("resolved", "lasting").ShouldBeFalse();

        (await one.Silo.Post(new { thingName = "lasting", connected = true })).Dispose();
        await one.Alertmanager.Until(async () => await Shown("lasting") == 0, "its end");
        await one.Alertmanager.Until(() => one.Alertmanager.Paged("resolved", "lasting"), "the page that it is over");
    }

    private async Task<int> Shown(string thing) => (await one.Alertmanager.Shown("DeviceOffline"))
        .Count(alert => alert.GetProperty("labels").GetProperty("thing_name").GetString() == thing);

    private async Task<IReadOnlyList<JsonElement>> Rules() =>
    [
        .. from part in (await one.Ask("/api/v1/rules")).GetProperty("groups").EnumerateArray()
           from rule in part.GetProperty("rules").EnumerateArray()
           select rule,
    ];

    /// <summary>
    /// What is counted only when it happens: an outage that is told, one that is not, a bad event, a rule that fails, a stranger at the
    /// broker.
    /// </summary>
    private async Task LetAllBeCounted()
    {
        (await one.Silo.Post(new { thingName = "slow-1", connected = false })).Dispose();
        (await one.Silo.Post(new { thingName = "slow-1", connected = true })).Dispose();
        (await one.Silo.Post(new { thingName = "told", connected = false })).Dispose();
        (await one.Silo.Http.PostAsync("/events", new StringContent("nonsense", null, "application/json"), Cancel)).Dispose();
        (await one.Silo.Post(new
        {
            ruleName = "presence", topic = "$aws/events/presence/disconnected/slow-1", cloudwatchTraceId = "0", clientId = "slow-1",
            base64OriginalPayload = Convert.ToBase64String("""{"thingName":"slow-1","connected":true}"""u8),
            failures = new[] { new { failedAction = "SqsAction", failedResource = "iot-presence", errorMessage = "no permission" } },
        })).Dispose();
        using (var client = MosquittoClient.Subscribe(one.Silo.MqttPort, "-i", "slow-2"))
            await one.Silo.UntilStatus("slow-2", "connected");

        using var stranger = new TcpClient();
        await stranger.ConnectAsync("127.0.0.1", one.Silo.MqttPort, Cancel);
        await stranger.GetStream().WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray(), Cancel);
        try
        {
            (await stranger.GetStream().ReadAsync(new byte[1], Cancel)).ShouldBe(0, "it is hung up on");
        }
        catch (IOException)
        {
            // Reset, which is as good.
        }
    }
}
