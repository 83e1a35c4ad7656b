using System.Text.Json;
using Amazon.SQS;
using Amazon.SQS.Model;
using IoTOrleans.Testing.Emulators;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd.Sqs;

/// <summary>The job on AWS's wire: queue, data plane and topic are emulators, the program is the one that users start.</summary>
public sealed class AwsWireTests
{
    [Fact]
    public async Task One_notification_for_what_stayed_away_none_for_what_came_back_and_poison_in_the_dead_letter_queue()
    {
        var aws = await Fauxqs.Get();
        using var sqs = aws.CreateSqsClient();
        var dead = await aws.CreateQueue();
        var events = await aws.CreateQueue(attributes: new()
        {
            ["RedrivePolicy"] = JsonSerializer.Serialize(new { deadLetterTargetArn = dead.Arn, maxReceiveCount = 2 }),
        });
        var inbox = await aws.CreateQueue();
        var topic = await aws.CreateTopic();
        await aws.Subscribe(topic, inbox, raw: true);
        await using var iot = await IotDataStub.Start();

        await using var silo = await SiloProcess.Start(
            ("Presence:Grace", "4s"), ("Presence:SettleTime", "1s"), ("Presence:RecoveryHold", "0s"), ("Events:Mqtt:Listen:Port", "0"),
            ("Events:Sqs:QueueUrl", events.Url), ("Notifications:Sns:TopicArn", topic),
            ("AWS_REGION", Fauxqs.Region), ("AWS_ACCESS_KEY_ID", IotDataStub.AccessKey), ("AWS_SECRET_ACCESS_KEY", IotDataStub.SecretKey),
            ("AWS_ENDPOINT_URL", aws.Endpoint.ToString()), ("AWS_ENDPOINT_URL_IOT_DATA_PLANE", iot.Endpoint.ToString()));

        var now = TimeProvider.System.GetUtcNow();
        await sqs.Send(events,
            Lifecycle("stays-away", true, 1), Lifecycle("comes-back", true, 1), Lifecycle("is back/again", true, 1, "is-back"),
            Rule("healed", true, 1));
        await silo.UntilStatus("healed", "connected");
        iot.Disconnected("stays-away", now, "MQTT_KEEP_ALIVE_TIMEOUT", keepAlive: 240);
        iot.Connected("is back/again", now.AddSeconds(10));
        iot.Put("healed", connected: true, now.AddSeconds(10), 3);
        await sqs.Send(events,
            Lifecycle("stays-away", false, 1), Lifecycle("comes-back", false, 1), Lifecycle("is back/again", false, 1, "is-back"),
            Rule("healed", false, 2), "not json",
            """{"thingName":"no-timestamp","connected":true}""");
        await silo.UntilStatus("comes-back", "grace");
        await sqs.Send(events, Lifecycle("comes-back", true, 2));

        await silo.UntilStatus("stays-away", "offline");
        await silo.UntilStatus("healed", "connected");
        await silo.UntilStatus("is-back", "connected");
        await silo.UntilStatus("comes-back", "connected");

        var told = new List<string>();
        await silo.Until(
            async () =>
            {
                told.AddRange((await sqs.Receive(inbox)).Select(body => Machine(body)));
                return told.Count > 0;
            },
            "the notification");
        var poison = new List<string>();
        await silo.Until(
            async () =>
            {
                poison.AddRange(await sqs.Receive(dead));
                return poison.Count == 2;
            },
            "the poison in the dead-letter queue");
        await silo.Until(async () => await sqs.Left(events) == 0, "an empty queue");

        told.AddRange((await sqs.Receive(inbox)).Select(body => Machine(body)));
        var notification = JsonDocument.Parse(told.ShouldHaveSingleItem()).RootElement;
        notification.GetProperty("event").GetString().ShouldBe("device.offline");
        notification.GetProperty("thingName").GetString().ShouldBe("stays-away");
        notification.GetProperty("verification").GetString().ShouldBe("confirmed");
        notification.GetProperty("outageId").GetString().ShouldBe((await silo.Device("stays-away")).GetProperty("outageId").GetString());
        var heard = notification.GetProperty("lastHeard");
        var end = DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds());
        heard.GetProperty("notAfter").GetDateTimeOffset().ShouldBe(end);
        heard.GetProperty("notBefore").GetDateTimeOffset().ShouldBe(end.AddMinutes(-6), "one and a half times four minutes");
        iot.Requests.Select(request => request.Target).Distinct().ShouldBe(
            ["/connections/stays-away", "/connections/is%20back%2Fagain", "/things/healed/shadow"], ignoreOrder: true,
            "the stub answers only what is signed for iotdata");
        (await silo.Terminate()).ShouldBe(0, silo.AllOutput);
    }

    /// <summary>The emulator hands every subscriber the whole JSON structure, so the part for SQS is picked here.</summary>
    private static string Machine(string body) =>
        JsonDocument.Parse(body).RootElement is var root && root.TryGetProperty("sqs", out var sqs) ? sqs.GetString()! : body;

    private static string Lifecycle(string clientId, bool connected, int version, string? thingName = null) => JsonSerializer.Serialize(new
    {
        clientId,
        thingName,
        eventType = connected ? "connected" : "disconnected",
        timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(),
        versionNumber = version,
        sessionIdentifier = $"session-{version}",
        disconnectReason = connected ? null : "MQTT_KEEP_ALIVE_TIMEOUT",
    });

    private static string Rule(string thingName, bool connected, int version) => JsonSerializer.Serialize(new
    {
        thingName,
        connected,
        timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds(),
        version,
    });
}
