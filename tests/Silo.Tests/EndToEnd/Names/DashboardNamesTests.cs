using System.Net;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd.Names;

/// <summary>What a request to the dashboard names is known, or nothing happens.</summary>
public sealed class DashboardNamesTests(NarrowSilo one) : IClassFixture<NarrowSilo>
{
    private const string Device = "IoTOrleans.Grains.Devices.DeviceGrain";

    private static readonly string Long = new('x', 7500);

    private SiloProcess Silo => one.Silo;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Wrong =>
    [
        .. new[] { "SiloProperties", "SiloMetadata", "SiloStats", "SiloCounters", "HistoricalStats" }.SelectMany(route => new[]
        {
            $"{route}/%1b%5d0;FORGED%07", $"{route}/S127.0.0.1:1:1", $"{route}/127.0.0.1:1@1", $"{route}/nothing", $"{route}/{Long}",
        }),
        "GrainStats/%1b%5d0;FORGED", $"GrainStats/{Long}", "Reminders/0", "Reminders/-2147483648", "Reminders/2147483647",
        "GrainState", $"GrainState?grainId={NarrowSilo.Known}", $"GrainState?grainType={Device}",
        $"GrainState?grainId={Long}&grainType={Device}", $"GrainState?grainId=%1bFORGED&grainType={Device}",
        $"GrainState?grainId=%20&grainType={Device}", $"GrainState?grainId=a&grainId=b&grainType={Device}",
        $"GrainState?grainId=a&grainType={Long}", "GrainState?grainId=0&grainType=Orleans.Runtime.Management.ManagementGrain",
        "GrainState?grainId=0&grainType=IoTOrleans.Grains.Mutes.MutesGrain", $"fonts/{Long}", $"img/{Long}",
    ];

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public async Task A_name_that_cannot_be_is_a_bad_request_that_leaves_nothing_in_the_log(string path)
    {
        var before = Silo.Output.Count;
        using var response = await Silo.Http.GetAsync($"/dashboard/{path}", Cancel);
        (await response.Problem(400)).ShouldNotContain("FORGED");
        Silo.Output.Skip(before).Where(line => line.Contains("dashboard", StringComparison.OrdinalIgnoreCase)
            || line.Contains("FORGED", StringComparison.Ordinal) || line.Contains('\u001b')).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_known_is_shown()
    {
        // The dashboard counts for the first time some seconds after the start.
        var hosts = default(JsonElement);
        await Silo.Until(
            async () => (hosts = (await Silo.Json("/dashboard/DashboardCounters")).GetProperty("hosts")).GetArrayLength() > 0, "the counters");
        var address = hosts[0].GetProperty("siloAddress").GetString()!;
        foreach (var route in new[] { "SiloProperties", "SiloStats", "SiloCounters", "HistoricalStats" })
        {
            using var response = await Silo.Http.GetAsync($"/dashboard/{route}/{address}", Cancel);
            response.StatusCode.ShouldBe(HttpStatusCode.OK, $"{route} {address}: {await response.Content.ReadAsStringAsync(Cancel)}");
        }

        string[] others = [$"GrainStats/{Device}", "Reminders", "Reminders/1", "TopGrainMethods", "GrainTypes", "", "index.min.js"];
        foreach (var path in others)
            (await Silo.Http.GetAsync($"/dashboard/{path}", Cancel)).StatusCode.ShouldBe(HttpStatusCode.OK, path);
        var state = await Silo.Http.GetStringAsync($"/dashboard/GrainState?grainId={NarrowSilo.Known}&grainType={Device}", Cancel);
        state.ShouldContain("GetState");
    }

    /// <summary>The fleet page has such links. To the dashboard's own script it is a JSON text, as ever.</summary>
    [Fact]
    public async Task Who_follows_a_link_to_the_state_of_a_thing_gets_it_as_JSON()
    {
        var path = $"/dashboard/GrainState?grainId={NarrowSilo.Known}&grainType={Device}";
        (await Silo.Json(path)).ValueKind.ShouldBe(JsonValueKind.String);

        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd("text/html,application/xhtml+xml,*/*;q=0.8");
        using var response = await Silo.Http.SendAsync(request, Cancel);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        using var state = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel));
        state.RootElement.GetProperty("GetState").GetProperty("Connected").GetBoolean().ShouldBeTrue();
    }

    /// <summary>Anybody could read there what things send, as raw as they send it.</summary>
    [Fact]
    public async Task The_log_is_not_streamed()
    {
        using var response = await Silo.Http.GetAsync("/dashboard/Trace", HttpCompletionOption.ResponseHeadersRead, Cancel);
        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Two_thousand_names_that_nobody_knows_stay_in_no_memory()
    {
        var before = 0;
        await Silo.Until(async () => (before = await Activations()) > 0, "the dashboard to count activations");
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Cancel };
        await Parallel.ForAsync(0, 2000, parallel, async (n, cancel) =>
        {
            using var response = await Silo.Http.GetAsync($"/dashboard/GrainState?grainId=made-up-{n}&grainType={Device}", cancel);
            await response.Problem(404);
        });

        // Its own activation shows that the numbers are newer than the requests.
        await Silo.PostUntilTaken(new { thingName = "known-2", connected = true });
        var after = before;
        await Silo.Until(async () => (after = await Activations()) > before, "the dashboard to count again");
        after.ShouldBeLessThan(before + 20);
    }

    private async Task<int> Activations() => (await Silo.Json("/dashboard/DashboardCounters"))
        .GetProperty("totalActivationCount").GetInt32();
}
