using System.Text.Json;
using Amazon.SQS.Model;
using IoTOrleans.Aws;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Notifications.Sns;
using IoTOrleans.Testing.Emulators;
using Microsoft.Extensions.Logging.Abstractions;

namespace IoTOrleans.Notifications.Tests.Sns;

/// <summary>
/// All the way through SNS into a queue. The emulator ignores MessageStructure, so that a queue gets the words and the machine body in
/// one; that SNS would take them apart is its own documented business.
/// </summary>
public sealed class SnsEmulatorTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_subscriber_gets_subject_words_machine_body_and_attributes()
    {
        var emulator = await Fauxqs.Get();
        var topic = await emulator.CreateTopic();
        var queue = await emulator.CreateQueue();
        await emulator.Subscribe(topic, queue);

        var answer = await Destination(emulator, topic).Send(Sample.Offline, Cancel);

        answer.Outcome.ShouldBe(DeliveryOutcome.Accepted);
        var envelope = (await Receive(emulator, queue)).ShouldHaveSingleItem();
        envelope.GetProperty("MessageId").GetString().ShouldBe(answer.Detail);
        envelope.GetProperty("Subject").GetString().ShouldBe("[OFFLINE] greenhouse-3 since 02:14 JST");
        var protocols = JsonSerializer.Deserialize<Dictionary<string, string>>(envelope.GetProperty("Message").GetString()!)!;
        protocols["email"].ShouldStartWith("greenhouse-3 went offline");
        JsonDocument.Parse(protocols["sqs"]).RootElement.GetProperty("attributes").GetProperty("site").GetString().ShouldBe("家");
        envelope.GetProperty("MessageAttributes").GetProperty("event").GetProperty("Value").GetString().ShouldBe("device.offline");
    }

    [Fact]
    public async Task A_filter_policy_can_pick_by_event()
    {
        var emulator = await Fauxqs.Get();
        var topic = await emulator.CreateTopic();
        var queue = await emulator.CreateQueue();
        await emulator.Subscribe(topic, queue, filterPolicy: """{"event":["device.recovered"]}""");
        var destination = Destination(emulator, topic);

        await destination.Send(Sample.Offline, Cancel);
        await destination.Send(Sample.Recovered, Cancel);

        (await Receive(emulator, queue)).ShouldHaveSingleItem()
            .GetProperty("Subject").GetString().ShouldNotBeNull().ShouldStartWith("[BACK]");
    }

    [Fact]
    public async Task A_FIFO_topic_drops_the_repeat_and_keeps_the_rest_in_order()
    {
        var emulator = await Fauxqs.Get();
        var topic = await emulator.CreateTopic(Fauxqs.NewName() + ".fifo");
        var queue = await emulator.CreateQueue(Fauxqs.NewName() + ".fifo");
        await emulator.Subscribe(topic, queue);
        var destination = Destination(emulator, topic);

        foreach (var notification in new[] { Sample.Offline, Sample.Offline, Sample.StillOffline, Sample.Recovered })
            (await destination.Send(notification with { ThingName = "温室 3" }, Cancel)).Outcome.ShouldBe(DeliveryOutcome.Accepted);

        (await Receive(emulator, queue))
            .Select(e => e.GetProperty("MessageAttributes").GetProperty("event").GetProperty("Value").GetString())
            .ShouldBe(["device.offline", "device.still_offline", "device.recovered"]);
    }

    [Fact]
    public async Task A_topic_that_does_not_exist_refuses()
    {
        var emulator = await Fauxqs.Get();

        var answer = await Destination(emulator, $"arn:aws:sns:{Fauxqs.Region}:000000000000:nowhere").Send(Sample.Offline, Cancel);

        answer.Outcome.ShouldBe(DeliveryOutcome.Refused);
        answer.Detail.ShouldNotBeNull().ShouldContain("is there such a topic?");
    }

    private static RenderedDestination Destination(Fauxqs emulator, string topic) => new(
        "sns",
        DestinationTerms.Default,
        Sample.English,
        new SnsDestination(
            new SnsOptions { TopicArn = topic }, ThinClients.Sns(emulator.Endpoint), TimeProvider.System,
            NullLogger<SnsDestination>.Instance));

    /// <summary>Until the queue is empty; the emulator gives one message of a group at a time.</summary>
    private static async Task<List<JsonElement>> Receive(Fauxqs emulator, QueueAddress queue)
    {
        using var sqs = emulator.CreateSqsClient();
        List<JsonElement> envelopes = [];
        while (await sqs.ReceiveMessageAsync(new ReceiveMessageRequest { QueueUrl = queue.Url, MaxNumberOfMessages = 10 }, Cancel)
            is { Messages: { Count: > 0 } messages })
        {
            foreach (var message in messages)
            {
                envelopes.Add(JsonDocument.Parse(message.Body).RootElement);
                await sqs.DeleteMessageAsync(queue.Url, message.ReceiptHandle, Cancel);
            }
        }
        return envelopes;
    }
}
