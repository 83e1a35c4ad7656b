using System.Globalization;
using System.Net;
using System.Text.Json;
using Amazon.SQS;
using IoTOrleans.Testing.Emulators;
using IoTOrleans.Testing.Http;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd;

/// <summary>What a silo that goes, or comes, keeps others waiting for: as little as can be.</summary>
public sealed class LeavingAndComingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The first silo keeps the queue's watermark, since it was alone when that was first asked for; the third does not.</summary>
    [Fact]
    public async Task Two_of_three_silos_leave_cleanly_and_no_verdict_is_held_though_there_is_nobody_to_ask()
    {
        var (aws, dynamo) = (await Fauxqs.Get(), await DynamoDBLocal.Get());
        using var sqs = aws.CreateSqsClient();
        var events = await aws.CreateQueue();
        (string, string)[] settings =
        [
            .. ClusterTests.Storage(dynamo, Fauxqs.NewName()), ("Presence:Grace", "8s"), ("Presence:SettleTime", "6s"),
            ("Verify:With", "none"),
            ("Events:Sqs:QueueUrl", events.Url), ("AWS_ENDPOINT_URL_SQS", aws.Endpoint.ToString()),
            ("Logging:LogLevel:IoTOrleans.Grains.Observing.PresenceObserver", "Debug"),
        ];
        await using var first = await SiloProcess.Start(settings);
        await using var second = await SiloProcess.Start(settings);
        await using var third = await SiloProcess.Start(settings);

        // What was there before their start may have been lost before it: that is over when something is told without being held.
        await UntilNobodyIsHeld();
        var stays = second;
        foreach (var leaves in (SiloProcess[])[third, first])
        {
            var held = AllHeld();
            var things = Enumerable.Range(0, 10).Select(i => $"{leaves.HttpPort}-{i}").ToArray();
            await Say(connected: true, things);
            await stays.UntilStatus(things[^1], "connected");
            await Say(connected: false, things);
            await stays.UntilStatus(things[^1], "grace");
            (await leaves.Terminate()).ShouldBe(0, leaves.AllOutput);
            foreach (var thing in things) await stays.UntilStatus(thing, "offline");
            AllHeld().ShouldBe(held, stays.AllOutput);
        }

        int AllHeld() => Held(first) + Held(second) + Held(third);

        static int Held(SiloProcess silo) => silo.Output.Count(line => line.Contains("held-backlog", StringComparison.OrdinalIgnoreCase)
            || line.Contains("HeldBacklog", StringComparison.Ordinal));

        async Task UntilNobodyIsHeld()
        {
            for (var round = 1; ; round++)
            {
                var (name, before) = ($"before-{round}", AllHeld());
                await Say(connected: true, name);
                await second.UntilStatus(name, "connected");
                await Say(connected: false, name);
                await second.UntilStatus(name, "offline");
                if (AllHeld() == before || round == 20) return;
            }
        }

        async Task Say(bool connected, params string[] things)
        {
            var now = TimeProvider.System.GetUtcNow();
            foreach (var thing in things)
            {
                await sqs.SendMessageAsync(events.Url, JsonSerializer.Serialize(new
                {
                    clientId = thing, eventType = connected ? "connected" : "disconnected", timestamp = now.ToUnixTimeMilliseconds(),
                    versionNumber = now.ToUnixTimeMilliseconds(), sessionIdentifier = now.ToString("O", CultureInfo.InvariantCulture),
                }), Cancel);
            }
        }
    }

    /// <summary>What ECS does, and what systemd does: nobody is left who could declare the dead dead.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_all_silos_were_killed_who_comes_next_is_ready_and_tells(bool oldPort)
    {
        (string, string)[] settings =
            [.. ClusterTests.Storage(await DynamoDBLocal.Get(), Fauxqs.NewName()), ("Presence:Grace", "10s"),
                ("Presence:SettleTime", "1s")];
        await using var first = await SiloProcess.Start(settings);
        await using var second = await SiloProcess.Start(settings);
        await first.PostUntilTaken(
            new[] { new { thingName = "rpi-1", connected = true, timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() } });
        await first.PostUntilTaken(
            new[] { new { thingName = "rpi-1", connected = false, timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() } });

        await Task.WhenAll(first.Kill(), second.Kill());

        if (oldPort) await first.Run();
        await using var next = oldPort ? null : await SiloProcess.Start(settings);
        await (next ?? first).UntilStatus("rpi-1", "offline");
    }

    [Fact]
    public async Task While_it_waits_for_another_silo_it_is_live_and_says_so_and_not_ready()
    {
        var storage = ClusterTests.Storage(await DynamoDBLocal.Get(), Fauxqs.NewName());
        await using var first = await SiloProcess.Start(storage);
        await first.Signal("-STOP");
        await using var silo = SiloProcess.Begin(storage);
        await silo.Until(async () => await Status("/health/live") == HttpStatusCode.OK, "it to be live");
        (await Status("/health/ready")).ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await Status("/devices/rpi-1")).ShouldBe(HttpStatusCode.ServiceUnavailable);
        await silo.Until(() => silo.Output.Any(text => text.Contains("is starting", StringComparison.Ordinal)), "the start text");

        await first.Signal("-CONT");
        await silo.Until(async () => await Status("/health/ready") == HttpStatusCode.OK, "it to be ready", TimeSpan.FromMinutes(2));
        silo.Output.ShouldContain(text => text.Contains("is watching", StringComparison.Ordinal));

        async Task<HttpStatusCode> Status(string path)
        {
            try
            {
                using var response = await silo.Http.GetAsync(path, Cancel);
                return response.StatusCode;
            }
            catch (HttpRequestException)
            {
                return default;
            }
        }
    }

    [Fact]
    public async Task A_stop_while_storage_hangs_ends_and_says_what_is_left()
    {
        await using var line = await FaultyLine.To((await DynamoDBLocal.Get()).Endpoint);
        await using var silo = await SiloProcess.Start(
            [.. ClusterTests.Storage(await DynamoDBLocal.Get(), Fauxqs.NewName()), ("AWS_ENDPOINT_URL_DYNAMODB", line.Address.ToString())]);
        await silo.PostUntilTaken(
            new[] { new { thingName = "rpi-1", connected = true, timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() } });

        line.Plan = (_, _) => LineFault.Hang;

        // Ends within the minute that the process is waited for; what holds it up, and what is left, is one line.
        (await silo.Terminate()).ShouldBe(0, silo.AllOutput);
        silo.Output.Count(text => text.StartsWith("Ended ", StringComparison.Ordinal)
            && text.Contains("Not handed over: its things", StringComparison.Ordinal))
            .ShouldBe(1, silo.AllOutput);
    }
}
