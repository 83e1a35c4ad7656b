using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd;

/// <summary>The whole fleet in one answer, and in streams that follow it. The things are those of <see cref="DeviceListTests"/>.</summary>
public sealed class FleetTests(MemoryFleet fleet) : IClassFixture<MemoryFleet>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private SiloProcess Silo => fleet.Silo;

    [Fact]
    public async Task The_fleet_is_counted_and_what_is_not_well_is_listed()
    {
        var body = await Settled();
        Numbers(body).ShouldBe((ListedFleet.All.Count, 225, 5, 20));
        body.GetProperty("listed").GetBoolean().ShouldBeTrue();
        Names(body, "offlineItems").ShouldBe(ListedFleet.Offline, ignoreOrder: true);
        Names(body, "graceItems").ShouldBe(ListedFleet.Grace, ignoreOrder: true);
        Names(body, "recoveringItems").ShouldBeEmpty();
        body.GetProperty("watcher").GetProperty("storage").GetString().ShouldBe("ok");
        foreach (var item in body.GetProperty("offlineItems").EnumerateArray())
            item.GetRawText().ShouldBe((await Silo.Device(item.GetProperty("thingName").GetString()!)).GetRawText());
    }

    [Fact]
    public async Task A_destination_that_accepted_something_says_when()
    {
        await Silo.Until(
            async () => (await Fleet()).GetProperty("watcher").GetProperty("destinations")[0].GetProperty("state").GetString() == "ok",
            "the report of the silo");
        var console = (await Fleet()).GetProperty("watcher").GetProperty("destinations")[0];
        console.GetProperty("name").GetString().ShouldBe("console");
        console.GetProperty("lastAcceptedAt").GetDateTimeOffset().ShouldBeLessThanOrEqualTo(TimeProvider.System.GetUtcNow());
    }

    [Fact]
    public async Task A_stream_begins_with_what_is_not_well()
    {
        await Settled();
        await using var stream = await FleetStream.Open(Silo);
        await stream.Until(reader => reader.Events.Contains("synced"), "synced");
        stream.Reader.Rows.Keys.ShouldBe([.. ListedFleet.Offline, .. ListedFleet.Grace], ignoreOrder: true);
        stream.Reader.Events[0].ShouldBe("snapshot");
    }

    [Fact]
    public async Task A_thing_goes_away_and_comes_back_before_your_eyes()
    {
        await fleet.Send(["slow/eyes", "slow/other"], connected: true);
        await using var stream = await FleetStream.Open(Silo, "?watch=slow%2Fother");
        await stream.UntilRow("slow/other", "connected");

        await fleet.Send(["slow/eyes", "slow/other"], connected: false);
        await stream.UntilRow("slow/eyes", "grace");
        await stream.UntilRow("slow/other", "grace");

        await fleet.Send(["slow/eyes", "slow/other"], connected: true);
        await stream.UntilRow("slow/eyes", null);
        await stream.UntilRow("slow/other", "connected");
        await Forget("slow/eyes", "slow/other");
        await stream.UntilRow("slow/other", null);
    }

    [Fact]
    public async Task Who_connects_again_hears_what_it_missed_and_no_more()
    {
        await fleet.Send(["slow/missed"], connected: true);
        string last;
        await using (var stream = await FleetStream.Open(Silo))
        {
            await stream.Until(reader => reader.Rows.Count >= 25 && reader.LastEventId.Length > 0, "the snapshot");
            last = stream.Reader.LastEventId;
        }

        await fleet.Send(["slow/missed"], connected: false);
        await using var again = await FleetStream.Open(Silo, lastEventId: last);
        await again.UntilRow("slow/missed", "grace");
        again.Reader.Events[0].ShouldBe("synced");
        again.Reader.Events.ShouldNotContain("snapshot");
        again.Reader.Rows.Keys.ShouldNotContain(ListedFleet.Offline[0]);
        await Forget("slow/missed");

        await using var unknown = await FleetStream.Open(Silo, "?cursor=0.0");
        await unknown.Until(reader => reader.Events.Contains("synced"), "synced");
        unknown.Reader.Events[0].ShouldBe("snapshot");
    }

    [Fact]
    public async Task Ticks_come_with_everything_that_is_counted()
    {
        await using var stream = await FleetStream.Open(Silo);
        await stream.Until(reader => reader.Events.Contains("tick"), "a tick");
        foreach (var property in (string[])["time", "total", "history", "keptQuiet", "watcher", "incidents"])
            stream.Reader.Tick.TryGetProperty(property, out _).ShouldBeTrue(property);
        stream.Reader.Tick.TryGetProperty("offlineItems", out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("watch=a%0Ab")]
    [InlineData(null)]
    public async Task What_cannot_be_watched_is_named(string? query)
    {
        query ??= string.Join('&', Enumerable.Range(0, 201).Select(i => $"watch={i}"));
        using var response = await Silo.Http.GetAsync($"/fleet/stream?{query}", Cancel);
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("detail").GetString()!.ShouldStartWith("watch");
    }

    private async Task<JsonElement> Fleet() => await Silo.Http.GetFromJsonAsync<JsonElement>("/fleet", Cancel);

    /// <summary>What silos report comes within a second, and what other tests made goes.</summary>
    private async Task<JsonElement> Settled()
    {
        JsonElement body = default;
        await Silo.Until(
            async () => (body = await Fleet()).GetProperty("complete").GetBoolean() && Numbers(body) == (ListedFleet.All.Count, 225, 5, 20),
            "the counts");
        return body;
    }

    private static (int Total, int Connected, int Grace, int Offline) Numbers(JsonElement body) => (
        body.GetProperty("total").GetInt32(), body.GetProperty("connected").GetInt32(), body.GetProperty("grace").GetInt32(),
        body.GetProperty("offline").GetInt32());

    private static IEnumerable<string> Names(JsonElement body, string list) =>
        body.GetProperty(list).EnumerateArray().Select(item => item.GetProperty("thingName").GetString()!);

    private async Task Forget(params string[] things)
    {
        foreach (var thing in things)
        {
            using var gone = await Silo.Http.DeleteAsync($"/devices/{Uri.EscapeDataString(thing)}", Cancel);
        }
    }
}
