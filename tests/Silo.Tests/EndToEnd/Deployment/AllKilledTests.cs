using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Amazon.SQS;
using IoTOrleans.Testing.Emulators;
using IoTOrleans.Testing.Http;
using IoTOrleans.Testing.Processes;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd.Deployment;

/// <summary>
/// All tasks of an ECS service die at once, and new ones come at other addresses: the membership table is full of silos that nobody can
/// reach any more, and nobody is left who could declare them dead (dotnet/orleans#8353).
/// </summary>
public sealed class AllKilledTests
{
    /// <summary>Not to wait here means not to wait for 90 s of missing heartbeats, as Orleans would.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Silos_at_other_addresses_are_soon_ready_and_notify_of_what_is_due_and_of_nothing_else(bool oldAddressesDropPackets)
    {
        var (aws, dynamo) = (await Fauxqs.Get(), await DynamoDBLocal.Get());
        using var sqs = aws.CreateSqsClient();
        var events = await aws.CreateQueue();
        var told = new ConcurrentQueue<(string Thing, string OutageId)>();
        await using var webhook = await Remember(told);
        (string, string)[] settings =
        [
            .. ClusterTests.Storage(dynamo, Fauxqs.NewName()), ("Presence:Grace", "15s"), ("Presence:SettleTime", "1s"),
            ("Verify:With", "none"), ("Notifications:Webhook:Url", webhook.Address.ToString()),
            ("Notifications:Webhook:Collapse", "false"), ("Events:Sqs:QueueUrl", events.Url),
            ("AWS_ENDPOINT_URL_SQS", aws.Endpoint.ToString()),
        ];
        await using var first = await SiloProcess.Start(At("127.0.0.2"));
        await using var second = await SiloProcess.Start(At("127.0.0.3"));
        var (away, back) = (Names("away"), Names("back"));
        await Say(connected: false, [.. away, .. back]);
        foreach (var thing in (string[])[.. away, .. back]) await first.UntilStatus(thing, "grace");

        var killed = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(first.Kill(), second.Kill());
        using var deaf = await Deaf("127.0.0.2", first);
        using var alsoDeaf = await Deaf("127.0.0.3", second);
        await Say(connected: true, back);
        var started = TimeProvider.System.GetTimestamp();
        await using var third = SiloProcess.Begin(At("127.0.0.4"));
        await using var fourth = SiloProcess.Begin(At("127.0.0.5"));

        await third.Until(async () => await IsReady(third) && await IsReady(fourth), "both to be ready", Bound);
        Write("ready");
        third.Output.Concat(fourth.Output).Count(line => line.Contains("is declared dead", StringComparison.Ordinal))
            .ShouldBe(2, third.AllOutput + fourth.AllOutput);
        await third.Until(() => away.All(thing => told.Any(one => one.Thing == thing)), "all that is due to be told", Bound);
        Write("all told");
        foreach (var thing in back) await fourth.UntilStatus(thing, "connected");
        told.Distinct().Select(one => one.Thing).Order().ShouldBe(away.Order(), "a repeat would be the same outage");

        (string, string)[] At(string address) => [.. settings, ("Orleans:Endpoints:AdvertisedIPAddress", address)];

        async Task<DeafEndPoint?> Deaf(string address, SiloProcess dead) =>
            oldAddressesDropPackets ? await DeafEndPoint.At(new(IPAddress.Parse(address), dead.SiloPort)) : null;

        async Task Say(bool connected, string[] things)
        {
            var timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
            foreach (var thingName in things)
                await sqs.SendMessageAsync(events.Url, JsonSerializer.Serialize(new { thingName, connected, timestamp }), Cancel);
        }

        void Write(string what) => TestContext.Current.TestOutputHelper?.WriteLine(
            $"{what} {TimeProvider.System.GetElapsedTime(killed).TotalSeconds:0.0} s after the kill, "
                + $"{TimeProvider.System.GetElapsedTime(started).TotalSeconds:0.0} s after the start");
    }

    private static Task<HttpStub> Remember(ConcurrentQueue<(string Thing, string OutageId)> told) => HttpStub.Start((request, _) =>
    {
        var body = JsonElement.Parse(request.Text);
        told.Enqueue((body.GetProperty("thingName").GetString()!, body.GetProperty("outageId").GetString()!));
        return Task.FromResult(new StubAnswer(204));
    });

    private static string[] Names(string prefix) => [.. Enumerable.Range(0, 20).Select(i => $"{prefix}-{i}")];

    private static async Task<bool> IsReady(SiloProcess silo)
    {
        try
        {
            using var response = await silo.Http.GetAsync("/health/ready", Cancel);
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
