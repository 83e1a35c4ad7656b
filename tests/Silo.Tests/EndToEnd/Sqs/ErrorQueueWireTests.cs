using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Amazon.SQS;
using Amazon.SQS.Model;
using IoTOrleans.Testing.Emulators;
using IoTOrleans.Testing.Http;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd.Sqs;

/// <summary>
/// IoT rules that fail, and a thing that is refused: both queues are emulators', the program is the one that users start.
/// </summary>
public sealed class ErrorQueueWireTests
{
    private const string Reason = "AUTHORIZATION_FAILED";

    [Fact]
    public async Task What_comes_by_the_error_queue_counts_and_a_refused_thing_is_told_as_such()
    {
        var aws = await Fauxqs.Get();
        using var sqs = aws.CreateSqsClient();
        var dead = await aws.CreateQueue();
        var events = await aws.CreateQueue();
        var errors = await aws.CreateQueue(attributes: new()
        {
            ["RedrivePolicy"] = JsonSerializer.Serialize(new { deadLetterTargetArn = dead.Arn, maxReceiveCount = 2 }),
        });
        var inbox = await aws.CreateQueue();
        var topic = await aws.CreateTopic();
        await aws.Subscribe(topic, inbox, raw: true);
        await using var silo = await SiloProcess.Start(
            ("Presence:Grace", "15s"), ("Presence:SettleTime", "1s"), ("Presence:RecoveryHold", "0s"), ("Events:Mqtt:Listen:Port", "0"),
            ("Events:Sqs:QueueUrl", events.Url), ("Events:Sqs:ErrorQueueUrl", errors.Url), ("Notifications:Sns:TopicArn", topic),
            ("Verify:With", "none"), ("AWS_REGION", Fauxqs.Region), ("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_ENDPOINT_URL", aws.Endpoint.ToString()));

        await sqs.Send(events, Lifecycle("locked-out", "connected", 1), Lifecycle("comes-back", "connected", 1));
        await silo.UntilStatus("locked-out", "connected");
        await silo.UntilStatus("comes-back", "connected");

        // The rule could not send the drop of one, and the return of the other.
        await sqs.Send(errors,
            Message(Lifecycle("locked-out", "disconnected", 1), "$aws/events/presence/disconnected/locked-out"), "hello");
        await sqs.Send(events, Lifecycle("comes-back", "disconnected", 1));
        await silo.UntilStatus("comes-back", "grace");
        await silo.UntilStatus("locked-out", "grace");
        await sqs.Send(errors, Message(Lifecycle("comes-back", "connected", 2), "$aws/events/presence/connected/comes-back"));
        await silo.UntilStatus("comes-back", "connected");

        for (var later = 0; later < 3; later++)
            await sqs.Send(events, Lifecycle("locked-out", "connect_failed", later: later), Lifecycle("made-up", "connect_failed"));
        await silo.Until(async () => (await Why("locked-out")).GetProperty("refused") is { ValueKind: JsonValueKind.Object } refused
            && refused.GetProperty("count").GetInt32() == 3, "the refusals in why, before anything of them is stored");
        (await Why("locked-out")).GetProperty("refused").GetProperty("reason").GetString().ShouldBe(Reason);
        using (var stranger = await silo.Http.GetAsync("/devices/made-up")) stranger.StatusCode.ShouldBe(HttpStatusCode.NotFound);

        await silo.UntilStatus("locked-out", "offline");
        var told = new List<JsonElement>();
        await silo.Until(
            async () =>
            {
                told.AddRange((await sqs.Receive(inbox)).Select(Machine));
                return told.Count > 0;
            },
            "the notification");
        var notification = told.ShouldHaveSingleItem();
        (notification.GetProperty("event").GetString(), notification.GetProperty("thingName").GetString())
            .ShouldBe(("device.offline", "locked-out"));
        var refused = notification.GetProperty("refused");
        (refused.GetProperty("count").GetInt32(), refused.GetProperty("reason").GetString()).ShouldBe((3, Reason));
        refused.GetProperty("since").GetDateTimeOffset().ShouldBe(TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(1));
        notification.GetProperty("text").GetString()!.ShouldContain("refused 3 times since ");

        await silo.Until(async () => await sqs.Left(events) + await sqs.Left(errors) == 0, "empty queues");
        (await sqs.Receive(dead)).ShouldBe(["hello"]);
        Said("The IoT rule presence_to_sqs fails").ShouldBe(1, silo.AllOutput);
        Said("error queue " + errors.Url).ShouldBeGreaterThan(0, silo.AllOutput);
        (await silo.Http.GetFromJsonAsync<JsonElement>("/health/ready")).GetProperty("checks").GetProperty("errorQueue")
            .GetProperty("status").GetString().ShouldBe("Healthy");
        (await silo.Terminate()).ShouldBe(0, silo.AllOutput);

        int Said(string words) => silo.Output.Count(line => line.Contains(words, StringComparison.Ordinal));

        Task<JsonElement> Why(string thingName) => silo.Http.GetFromJsonAsync<JsonElement>($"/devices/{thingName}/why");
    }

    /// <summary>The return may be in a queue that cannot be read.</summary>
    [Fact]
    public async Task While_the_error_queue_cannot_be_read_a_first_verdict_waits()
    {
        var aws = await Fauxqs.Get();
        using var sqs = aws.CreateSqsClient();
        var (events, errors) = (await aws.CreateQueue(), await aws.CreateQueue());
        var isCut = false;
        await using var proxy = await FaultyProxy.To(aws.Endpoint, request => Volatile.Read(ref isCut)
            && request.Text.Contains(errors.Url, StringComparison.Ordinal) ? new(TroubleKind.LoseRequest) : Trouble.None);
        await using var silo = await SiloProcess.Start(
            ("Presence:Grace", "4s"), ("Presence:SettleTime", "1s"), ("Events:Mqtt:Listen:Port", "0"), ("Verify:With", "none"),
            ("Events:Sqs:QueueUrl", events.Url), ("Events:Sqs:ErrorQueueUrl", errors.Url),
            ("AWS_REGION", Fauxqs.Region), ("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_ENDPOINT_URL", proxy.Address.ToString()));
        await sqs.SendMessageAsync(events.Url, Lifecycle("comes-back", "connected", 1));
        await silo.UntilStatus("comes-back", "connected");

        Volatile.Write(ref isCut, true);
        proxy.CutAll();
        await sqs.SendMessageAsync(events.Url, Lifecycle("comes-back", "disconnected", 1));
        await silo.UntilStatus("comes-back", "grace");
        await sqs.SendMessageAsync(
            errors.Url, Message(Lifecycle("comes-back", "connected", 2), "$aws/events/presence/connected/comes-back"));
        await silo.Until(async () => (await silo.Http.GetFromJsonAsync<JsonElement>("/devices/comes-back/why")).GetProperty("waitingFor")
            .EnumerateArray().Any(waiting => waiting.GetProperty("what").GetString() == "backlog"), "the verdict that waits");

        Volatile.Write(ref isCut, false);
        await silo.UntilStatus("comes-back", "connected");
        silo.Printed("[OFFLINE] comes-back").ShouldBe(0, silo.AllOutput);
    }

    /// <summary>The emulator hands every subscriber the whole JSON structure, so the part for SQS is picked here.</summary>
    private static JsonElement Machine(string body)
    {
        var root = JsonDocument.Parse(body).RootElement;
        return root.TryGetProperty("sqs", out var sqs) ? JsonDocument.Parse(sqs.GetString()!).RootElement : root;
    }

    private static string Lifecycle(string clientId, string eventType, int? version = null, int later = 0) => JsonSerializer.Serialize(new
    {
        clientId,
        eventType,
        timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() + later,
        versionNumber = version,
        sessionIdentifier = $"session-{version}",
        disconnectReason = eventType == "disconnected" ? "AUTH_ERROR" : null,
        connectFailureReason = eventType == "connect_failed" ? Reason : null,
    });

    private static string Message(string payload, string topic) => JsonSerializer.Serialize(new
    {
        ruleName = "presence_to_sqs",
        topic,
        clientId = "AWS IoT",
        base64OriginalPayload = Convert.ToBase64String(Encoding.UTF8.GetBytes(payload)),
        failures = new[] { new { failedAction = "SqsAction", failedResource = "presence", errorMessage = "Access denied" } },
    });
}
