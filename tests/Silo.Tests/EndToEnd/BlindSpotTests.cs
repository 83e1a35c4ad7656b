using System.Globalization;
using System.Text.Json;
using Amazon.SQS;
using IoTOrleans.Testing.Emulators;
using IoTOrleans.Testing.Http;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd;

/// <summary>Who has not looked must not judge.</summary>
public sealed class BlindSpotTests
{
    [Fact]
    public async Task A_process_that_stood_still_over_the_deadline_reads_the_queue_before_it_speaks()
    {
        var aws = await Fauxqs.Get();
        using var sqs = aws.CreateSqsClient();
        var events = await aws.CreateQueue();
        await using var silo = await SiloProcess.Start(Settings(events, aws.Endpoint));
        await Say(sqs, events, connected: true, "comes-back", "stays-away");
        await silo.UntilStatus("stays-away", "connected");
        await Say(sqs, events, connected: false, "comes-back", "stays-away");
        await silo.UntilStatus("comes-back", "grace");
        await silo.UntilStatus("stays-away", "grace");

        await silo.Signal("-STOP");
        await Say(sqs, events, connected: true, "comes-back");
        await Task.Delay(TimeSpan.FromSeconds(9), TimeProvider.System);
        await silo.Signal("-CONT");

        await silo.UntilStatus("stays-away", "offline");
        await silo.UntilStatus("comes-back", "connected");
        await silo.Until(() => silo.Printed("[OFFLINE] stays-away") == 1, "the notification");
        silo.Printed("[OFFLINE] comes-back").ShouldBe(0, silo.AllOutput);
    }

    [Fact]
    public async Task A_proxy_that_cuts_idle_polls_after_3_s_delays_no_verdict_for_minutes()
    {
        var aws = await Fauxqs.Get();
        using var sqs = aws.CreateSqsClient();
        var events = await aws.CreateQueue();
        await using var proxy = await FaultyProxy.To(aws.Endpoint, _ => Trouble.CutWhenIdle(TimeSpan.FromSeconds(3)));
        await using var silo = await SiloProcess.Start(Settings(events, proxy.Address));
        await silo.Until(() => silo.Output.Any(line => line.Contains("cuts polls that wait for", StringComparison.Ordinal)), "the warning");

        await Say(sqs, events, connected: true, "stays-away");
        await silo.UntilStatus("stays-away", "connected");
        await Say(sqs, events, connected: false, "stays-away");
        await silo.Until(() => silo.Printed("[OFFLINE] stays-away") == 1, "the notification");
    }

    private static (string, string)[] Settings(QueueAddress events, Uri endpoint) =>
    [
        ("Presence:Grace", "6s"), ("Presence:SettleTime", "2s"), ("Events:Mqtt:Listen:Port", "0"), ("Events:Sqs:QueueUrl", events.Url),
        ("Verify:With", "none"),
        ("AWS_REGION", Fauxqs.Region), ("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_ENDPOINT_URL", endpoint.ToString()),
    ];

    private static async Task Say(AmazonSQSClient sqs, QueueAddress events, bool connected, params string[] things)
    {
        var now = TimeProvider.System.GetUtcNow();
        foreach (var thing in things)
        {
            await sqs.SendMessageAsync(events.Url, JsonSerializer.Serialize(new
            {
                clientId = thing, eventType = connected ? "connected" : "disconnected", timestamp = now.ToUnixTimeMilliseconds(),
                versionNumber = now.ToUnixTimeMilliseconds(), sessionIdentifier = now.ToString("O", CultureInfo.InvariantCulture),
            }));
        }
    }
}
