using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using IoTOrleans.Testing.Http;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd;

/// <summary>The real process, a real receiver: many things drop at once, and come back.</summary>
public sealed class StormTests
{
    [Fact]
    public async Task Sixty_things_drop_and_return_and_the_receiver_hears_of_it_twelve_times()
    {
        await using var receiver = await HttpStub.Start(new StubAnswer(204));
        await using var silo = await SiloProcess.Start(
            ("Presence:Grace", "2s"), ("Presence:SettleTime", "1s"), ("Presence:RecoveryHold", "0s"),
            ("Notifications:Webhook:Url", receiver.Address.ToString()), ("Notifications:GroupWindow", "10s"));
        var things = Enumerable.Range(0, 60).Select(i => $"door-{i}").ToArray();

        await Report(silo, things, connected: false);
        await silo.Until(() => Heard("fleet.outage").Count == 1, "the incident");
        foreach (var thing in things) await silo.Until(
            async () => (await silo.Device(thing)).GetProperty("notifiedAt").ValueKind != JsonValueKind.Null, $"{thing} is told");
        Heard("device.offline").Count.ShouldBe(5);
        var outage = Heard("fleet.outage")[0];
        (outage.GetProperty("count").GetInt32(), outage.GetProperty("back").GetInt32(), outage.GetProperty("things").GetArrayLength())
            .ShouldBe((55, 0, 20));
        var told = new ConcurrentBag<string?>();
        foreach (var thing in things) told.Add((await silo.Device(thing)).GetProperty("incidentId").GetString());
        told.Count(id => id == outage.GetProperty("incidentId").GetString()).ShouldBe(55);

        await Report(silo, things, connected: true);
        await silo.Until(() => Heard("fleet.recovered").Count == 1, "the close");
        Heard("device.recovered").Count.ShouldBe(5);
        var close = Heard("fleet.recovered")[0];
        (close.GetProperty("incidentId").GetString(), close.GetProperty("count").GetInt32(), close.GetProperty("back").GetInt32())
            .ShouldBe((outage.GetProperty("incidentId").GetString(), 55, 55));
        receiver.Requests.Count.ShouldBe(12);

        IReadOnlyList<JsonElement> Heard(string name) =>
            [.. receiver.Requests.Select(request => JsonDocument.Parse(request.Text).RootElement)
                .Where(body => body.GetProperty("event").GetString() == name)];
    }

    private static async Task Report(SiloProcess silo, string[] things, bool connected)
    {
        using var response = await silo.Post(
            things.Select(thing => new { thingName = thing, connected, attributes = new { carrier = "acme" } }));
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
    }
}
