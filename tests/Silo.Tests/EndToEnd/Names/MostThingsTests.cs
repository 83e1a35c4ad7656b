using System.Net;
using System.Net.Http.Json;
using System.Text;
using IoTOrleans.Silo.Tests.EndToEnd.Sqs;
using IoTOrleans.Testing.Emulators;
using MQTTnet;
using MQTTnet.Protocol;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd.Names;

/// <summary><c>Things:Most</c> at every door by which a new name may come.</summary>
public sealed class MostThingsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Beyond_the_limit_new_names_are_refused_at_every_door_and_known_ones_pass()
    {
        var narrow = new NarrowSilo();
        await narrow.InitializeAsync();
        await using var silo = narrow.Silo;

        using (var whole = await silo.Post(Names(0, NarrowSilo.Most)))
        {
            (await whole.Problem(429)).ShouldContain(
                $"1 of {NarrowSilo.Most} events is refused, about 1 new name: thing-{NarrowSilo.Most - 1}. ");
        }

        (await silo.Json("/devices")).GetProperty("items").GetArrayLength().ShouldBe(NarrowSilo.Most, "what fits is stored");
        using (var refused = await silo.Post(Names(100, 120).Concat(Names(100, 101)))) (await refused.Problem(429)).ShouldContain(
            "21 of 21 events are refused, about 20 new names: thing-100, thing-101, thing-102, thing-103, thing-104, thing-105, "
                + "thing-106, thing-107, thing-108, thing-109 and 10 more. ");

        await silo.PostUntilTaken(Names(1, NarrowSilo.Most - 1));
        await ShouldRefuse(silo, "new-1");
        (await Things(silo)).ShouldBe("Degraded");
        await silo.Until(() => Said(silo) == 1, "the log to say so");

        (await silo.Http.DeleteAsync("/devices/thing-1", Cancel)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await Things(silo)).ShouldBe("Healthy");
        await silo.PostUntilTaken(new { thingName = "new-2", connected = true });
        await ShouldRefuse(silo, "new-3");
        await silo.Until(() => Said(silo) == 2, "the log to say it again");
    }

    [Fact]
    public async Task The_limit_holds_right_after_a_restart()
    {
        await using var silo = await SiloProcess.Start(
            ("Presence:Grace", "1h"), ("Things:Most", "3"), ("Verify:With", "none"), ("Events:Mqtt:Listen:Port", "0"));
        await silo.PostUntilTaken(Names(0, 3));
        await silo.Kill();
        await silo.Run();

        using (var refused = await silo.Post(new { thingName = "new", connected = true })) await refused.Problem(429);
        Said(silo).ShouldBe(1);
        await silo.PostUntilTaken(Names(0, 3));
    }

    [Fact]
    public async Task Messages_of_a_queue_are_never_refused()
    {
        var aws = await Fauxqs.Get();
        using var sqs = aws.CreateSqsClient();
        var queue = await aws.CreateQueue();
        await using var silo = await SiloProcess.Start(
            ("Storage:Provider", "Memory"), ("Things:Most", "1"), ("Verify:With", "none"), ("Events:Mqtt:Listen:Port", "0"),
            ("Events:Sqs:QueueUrl", queue.Url), ("AWS_REGION", Fauxqs.Region), ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"), ("AWS_ENDPOINT_URL", aws.Endpoint.ToString()));
        await silo.PostUntilTaken(Names(0, 1));
        using (var refused = await silo.Post(Names(1, 2))) await refused.Problem(429);

        await sqs.Send(queue, [.. Enumerable.Range(1, 3).Select(n => $$"""
            {"thingName":"thing-{{n}}","connected":true,"timestamp":{{TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()}}}
            """)]);
        for (var n = 1; n <= 3; n++) await silo.UntilStatus($"thing-{n}", "connected");
        await silo.Until(async () => await sqs.Left(queue) == 0, "the messages to be deleted");
    }

    private static async Task ShouldRefuse(SiloProcess silo, string name)
    {
        // An outage must not be lost because of a name that somebody made up.
        string[] newAndKnown = [name, "thing-2"];
        using (var events = await silo.Post(newAndKnown.Select(thingName => new { thingName, connected = false })))
        {
            (await events.Problem(429)).ShouldBe($"1 of 2 events is refused, about 1 new name: {name}. The other one is stored. "
                + $"Things:Most allows {NarrowSilo.Most} things and no more: delete things that are gone, or set it higher.");
            (await events.Content.ReadAsStringAsync(Cancel)).ShouldContain(
                $$"""
                "errors":[{"index":0,"thingName":"{{name}}"}]
                """);
        }

        (await silo.Status("thing-2")).ShouldBe("grace");
        await silo.PostUntilTaken(new { thingName = "thing-2", connected = true });
        using (var policy = await silo.Http.PutAsJsonAsync($"/devices/{name}/policy", new { grace = "10m" }, Cancel))
            (await policy.Problem(429)).ShouldContain("Things:Most");
        using (var known = await silo.Http.PutAsJsonAsync("/devices/thing-2/policy", new { grace = "10m" }, Cancel))
            known.StatusCode.ShouldBe(HttpStatusCode.OK);
        using (var list = new StringContent($$"""{"thingName":"{{name}}"}""", Encoding.UTF8, "application/x-ndjson"))
        using (var import = await silo.Http.PostAsync("/import", list, Cancel))
            (await import.Problem(429)).ShouldContain("Things:Most");
        using (var list = new StringContent("""{"thingName":"thing-2"}""", Encoding.UTF8, "application/x-ndjson"))
        using (var import = await silo.Http.PostAsync("/import", list, Cancel))
            import.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await Connect(silo, name)).ShouldBe(MqttClientConnectResultCode.ServerUnavailable);
        (await Connect(silo, NarrowSilo.Known)).ShouldBe(MqttClientConnectResultCode.Success);
    }

    private static async Task<MqttClientConnectResultCode> Connect(SiloProcess silo, string name)
    {
        var clients = new MqttClientFactory();
        using var client = clients.CreateMqttClient();
        var options = clients.CreateClientOptionsBuilder().WithTcpServer("127.0.0.1", silo.MqttPort).WithClientId(name)
            .WithProtocolVersion(MQTTnet.Formatter.MqttProtocolVersion.V500).Build();
        return (await client.ConnectAsync(options, Cancel)).ResultCode;
    }

    private static async Task<string?> Things(SiloProcess silo) => (await silo.Json("/health/ready"))
        .GetProperty("checks").GetProperty("things").GetProperty("status").GetString();

    private static int Said(SiloProcess silo) => silo.Output.Count(line =>
        line.Contains("warn: ThingLimit", StringComparison.Ordinal));

    private static IEnumerable<object> Names(int from, int to) =>
        Enumerable.Range(from, to - from).Select(n => new { thingName = $"thing-{n}", connected = true });
}
