using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using IoTOrleans.Silo.Tests.Api.Access;
using IoTOrleans.Testing.Mqtt;
using IoTOrleans.Testing.Telemetry;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Telemetry;

/// <summary>What one service shows of itself while things come and go.</summary>
public sealed class TelemetryTests(TracedSilo one) : IClassFixture<TracedSilo>
{
    private const int Many = 5000;

    private SiloProcess Silo => one.Silo;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_trace_has_an_event_from_the_broker_to_the_notification_in_one_tree()
    {
        await Outage("traced");
        var trace = (await Accepted("traced")).GetProperty("TraceId").GetString();
        IReadOnlyList<Span> tree = [];
        await Silo.Until(
            async () => IsWhole(tree = [.. (await one.Otlp.Spans()).Where(span => span.TraceId == trace)]), "the trace of the outage");

        var byId = tree.ToDictionary(span => span.SpanId);
        tree.Count(span => span.ParentId.Length == 0).ShouldBe(1, Names(tree));
        tree.Where(span => span.ParentId.Length > 0).ShouldEachBe(span => byId.ContainsKey(span.ParentId), Names(tree));
        var root = tree.Single(span => span.ParentId.Length == 0);
        (root.Source, root.Name, root.Kind).ShouldBe(("IoTOrleans", "receive", "SPAN_KIND_CONSUMER"));
        root.Attributes["iot_orleans.reason"].ShouldBe("grace-started");

        // From the notification up to the event.
        var send = tree.First(span => span.Name == "send" && span.Attributes["iot_orleans.destination"] == "hook");
        var path = new List<string>();
        for (var span = send; span is not null; span = byId.GetValueOrDefault(span.ParentId)) path.Add(span.Name);
        path.ShouldBe(
            ["send", "notify", .. Calls(path, "Verified"), "verify", "deadline", .. Calls(path, "Report"), "receive"], Names(tree));
        foreach (var call in new[] { "Report", "Verified" })
        {
            tree.ShouldContain(
                span => span.Name == "storage write" && byId[span.ParentId].Name.EndsWith($"/{call}", StringComparison.Ordinal),
                $"{call}: {Names(tree)}");
        }

        tree.Single(span => span.Name == "verify").Attributes["iot_orleans.verdict"].ShouldBe("disconnected");
        send.Resource["service.name"].ShouldBe("iot-orleans");
        send.Resource.Keys.ShouldContain("service.version");
        send.Resource.Keys.ShouldContain("service.instance.id");
    }

    [Fact]
    public async Task No_span_names_a_thing_and_no_call_by_the_clock_is_a_trace()
    {
        const string name = "very-secret-name";
        await Outage(name);
        var outage = (await Accepted(name)).GetProperty("TraceId").GetString();
        var (refused, answered) = (await Get($"/devices/{name}?nothing={name}"), await Get($"/devices/{name}"));
        IReadOnlyList<Span> spans = [];
        await Silo.Until(
            async () =>
            {
                spans = await one.Otlp.Spans();
                return IsWhole([.. spans.Where(span => span.TraceId == outage)])
                    && new[] { refused, answered }.All(trace => Has(trace, "GET /devices/{thingName}")) && Has(answered, "/GetStatus");
            },
            "the spans of the outage and of both requests");

        foreach (var span in spans) span.Sent.ToString().ShouldNotContain(name);
        spans.Where(span => span.ParentId.Length == 0).Select(span => span.Source).Distinct()
            .ShouldBeSubsetOf(["IoTOrleans", "Microsoft.AspNetCore"], Names(spans));

        bool Has(string trace, string end) =>
            spans.Any(span => span.TraceId == trace && span.Name.EndsWith(end, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Log_lines_are_json_and_carry_the_trace_and_so_do_those_by_otlp()
    {
        await Outage("logged");
        var accepted = await Accepted("logged");
        await Silo.Until(
            () => Lines().Any(line => line.TryGetProperty("Notification", out var said)
                && said.GetProperty("thingName").GetString() == "logged"),
            "the notification");
        accepted.GetProperty("Category").GetString().ShouldBe("IoTOrleans.Grains.Dispatch.ThingNotifications");
        accepted.GetProperty("State").GetProperty("ThingName").GetString().ShouldBe("logged");
        var trace = accepted.GetProperty("TraceId").GetString()!;

        await Silo.Until(async () => (await one.Otlp.Spans()).Any(span => span.TraceId == trace && span.Name == "send"), "its trace");
        await Silo.Until(
            async () => (await one.Otlp.Logs()).Any(log => log.TryGetProperty("traceId", out var its) && its.GetString() == trace),
            "the line by OTLP, too");
        await Silo.Until(async () => (await one.Otlp.Metrics()).Contains("iot_orleans.notifications"), "metrics by OTLP");
    }

    [Fact]
    public async Task The_scrape_of_a_living_service_holds_what_is_documented_and_no_name_makes_a_series()
    {
        await Outage("counted");
        (await Silo.Http.PostAsync("/events", new StringContent("nonsense", null, "application/json"), Cancel)).Dispose();
        await Silo.Until(async () => (await Read()).Samples.Any(sample => sample.Name == "iot_orleans_things"), "the fleet to be counted");
        await PostMany(connected: true, 1);
        await PostMany(connected: false, 1);
        var before = await Read();

        before.Types.Keys.Where(name => name.StartsWith("iot_orleans_", StringComparison.Ordinal))
            .ShouldBeSubsetOf(DocumentedMetric.All.Select(metric => metric.Prometheus));
        foreach (var type in before.Types.Where(type => type.Key.StartsWith("iot_orleans_", StringComparison.Ordinal)))
            type.Value.ShouldBe(DocumentedMetric.All.Single(metric => metric.Prometheus == type.Key).Type, type.Key);
        before.Sum("iot_orleans_events_total", ("source", "broker"), ("outcome", "taken")).ShouldBeGreaterThanOrEqualTo(2);
        before.Sum("iot_orleans_events_total", ("source", "http"), ("outcome", "refused"), ("reason", "not-json")).ShouldBeGreaterThan(0);
        before.Sum("iot_orleans_notifications_total", ("event", "device.offline"), ("destination", "hook"), ("outcome", "accepted"))
            .ShouldBeGreaterThan(0);
        before.Sum("iot_orleans_notifications_lateness_seconds_bucket", ("destination", "hook"), ("le", "600")).ShouldBeGreaterThan(0);
        before.Sum("iot_orleans_storage_duration_seconds_count", ("provider", "sqlite"), ("operation", "write"), ("outcome", "ok"))
            .ShouldBeGreaterThan(0);
        foreach (var name in new[]
        {
            "iot_orleans_decisions_total", "iot_orleans_destination_rest_seconds", "iot_orleans_memory_used_ratio",
            "iot_orleans_broker_connections", "iot_orleans_verdicts_held", "orleans_catalog_activations",
            "http_server_request_duration_seconds", "http_client_request_duration_seconds", "kestrel_active_connections",
            "dotnet_process_memory_working_set_bytes",
        })
        {
            before.Types.Keys.ShouldContain(name);
        }

        before.Samples.SelectMany(sample => sample.Labels.Values)
            .ShouldEachBe(value => !value.Contains($":{Silo.SiloPort}", StringComparison.Ordinal), "no address of a silo");

        await PostMany(connected: true, Many);
        await PostMany(connected: false, Many);
        await Silo.Until(
            async () => (await Read()).Sum("iot_orleans_things", ("status", "grace")) >= Many, "the things to be counted",
            TimeSpan.FromMinutes(2));
        var after = await Read();
        after.Text.ShouldNotContain("many-");
        Series(after).Except(Series(before)).Where(series => series.StartsWith("iot_orleans_", StringComparison.Ordinal)
            || series.StartsWith("orleans_", StringComparison.Ordinal)).Count().ShouldBeLessThan(60, "bounded, whatever happens meanwhile");
    }

    /// <summary>Few enough that the exporter has room for all of them. This trace is not one of the share.</summary>
    [Fact]
    public async Task Of_the_events_of_a_request_some_are_recorded_and_nothing_of_the_others()
    {
        const int All = 300;
        const string Trace = "7fffffffffffffffffffffffffffffff";
        using var request = new HttpRequestMessage(HttpMethod.Post, "/events")
        {
            Content = JsonContent.Create(Enumerable.Range(0, All).Select(i => new { thingName = $"many-{i}", connected = true })),
            Headers = { { "traceparent", $"00-{Trace}-00000000000000ff-01" } },
        };
        using (var answer = await Silo.Http.SendAsync(request, Cancel)) answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        List<Span> spans = [];
        await Silo.Until(
            async () => (spans = [.. (await one.Otlp.Spans()).Where(span => span.TraceId == Trace)])
                .Any(span => span.Source == "Microsoft.AspNetCore"),
            "the span of the request, which ends last");

        spans.Count(span => span.Name == "receive").ShouldBeInRange(1, All / 2, Names(spans));
        spans.Count(span => span.Name.EndsWith("/Report", StringComparison.Ordinal)).ShouldBeInRange(1, All, Names(spans));
    }

    [Fact]
    public async Task Metrics_are_for_those_who_may_read()
    {
        using var stranger = new HttpClient { BaseAddress = Silo.Http.BaseAddress };
        foreach (var (key, status) in new[]
        {
            (null, HttpStatusCode.Unauthorized), (Doors.ReadOnlyKey, HttpStatusCode.OK), (Doors.Key, HttpStatusCode.OK),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
            if (key is not null) request.Headers.Authorization = new("Bearer", key);
            using var answer = await stranger.SendAsync(request, Cancel);
            answer.StatusCode.ShouldBe(status, key);
        }
    }

    /// <summary>A client connects and is lost, until its outage is told.</summary>
    private async Task Outage(string thing)
    {
        using (var client = MosquittoClient.Subscribe(Silo.MqttPort, "-i", thing))
        {
            await Silo.UntilStatus(thing, "connected");
            client.Kill();
        }

        await Silo.Until(
            async () => (await Silo.Device(thing)).GetProperty("notifiedAt").ValueKind != JsonValueKind.Null, "the notification");
    }

    /// <summary>The line about the notification.</summary>
    private async Task<JsonElement> Accepted(string thing)
    {
        JsonElement accepted = default;
        await Silo.Until(
            () => (accepted = Lines().FirstOrDefault(line => Said(line, $"hook accepted device.offline of {thing}"))).ValueKind
                != JsonValueKind.Undefined,
            $"the line about the notification of {thing}");
        return accepted;
    }

    private List<JsonElement> Lines() => [.. Silo.Output.Select(line => JsonDocument.Parse(line).RootElement)];

    /// <returns>The ID of the trace that the request belongs to.</returns>
    private async Task<string> Get(string path)
    {
        var trace = ActivityTraceId.CreateRandom().ToString();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01");
        (await Silo.Http.SendAsync(request, Cancel)).Dispose();
        return trace;
    }

    /// <summary>
    /// The trace of an outage, from the event to what both destinations said. A span is sent when it has ended: its parent comes later.
    /// </summary>
    private static bool IsWhole(IReadOnlyList<Span> tree) =>
        new[] { "hook", "terminal" }.All(destination => tree.Any(
            span => span.Name == "send" && span.Attributes["iot_orleans.destination"] == destination))
        && tree.Any(span => span.Name.EndsWith("/Answered", StringComparison.Ordinal))
        && tree.Any(span => span.ParentId.Length == 0)
        && tree.All(span => span.ParentId.Length == 0 || tree.Any(parent => parent.SpanId == span.ParentId));

    private async Task PostMany(bool connected, int count)
    {
        foreach (var some in Enumerable.Range(0, count).Chunk(500))
            await Silo.PostUntilTaken(some.Select(i => new { thingName = $"many-{i}", connected }));
    }

    private async Task<Scrape> Read() => new(await Silo.Http.GetStringAsync("/metrics", Cancel));

    private static HashSet<string> Series(Scrape scrape) => [.. scrape.Samples.Select(
        sample => $"{sample.Name} {string.Join(' ', sample.Labels.OrderBy(one => one.Key, StringComparer.Ordinal))}")];

    private static bool Said(JsonElement line, string text) =>
        line.TryGetProperty("Message", out var message) && message.GetString()!.Contains(text, StringComparison.Ordinal);

    /// <summary>Orleans makes one or two spans of a call.</summary>
    private static List<string> Calls(IEnumerable<string> path, string method) =>
        path.Where(name => name.EndsWith($"/{method}", StringComparison.Ordinal)).ToList() is { Count: > 0 } calls ? calls
            : throw new ShouldAssertException($"No call of {method}.");

    private static string Names(IEnumerable<Span> spans) => string.Join(Environment.NewLine, spans.Select(
        span => $"{span.TraceId[..6]} {span.ParentId.PadRight(6)[..6]} > {span.SpanId[..6]} {span.Name} ({span.Source})"));
}
