using System.Globalization;
using Amazon.SQS;
using Amazon.SQS.Model;
using IoTOrleans.Settings;
using IoTOrleans.Events.Sqs;
using IoTOrleans.Events.Watermarks;
using IoTOrleans.Testing.Emulators;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Sqs;

/// <summary>Against an SQS emulator: what its wire and its redrive make of us.</summary>
public sealed class SqsWireTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    [Fact]
    public async Task Poison_ends_in_the_dead_letter_queue_while_the_good_ones_are_stored()
    {
        var (queue, dead) = await CreateQueues(maxReceiveCount: 3);
        await Send(queue, "not json", Body("a"), """{"thingName":"b"}""", Body("c", connected: false),
            """{"connected":true,"timestamp":1763884800}""");

        await using var consumer = await WireConsumer.Start(queue.Url);
        await Until(async () => await Count(dead) is 3 && await Count(queue) is 0);

        consumer.Sink.Stored.Select(stored => stored.ThingName).Order().ShouldBe(["a", "c"]);
        (await Bodies(dead)).Order()
            .ShouldBe(["not json", """{"connected":true,"timestamp":1763884800}""", """{"thingName":"b"}"""], ignoreOrder: true);
    }

    [Fact]
    public async Task A_thousand_poison_messages_delay_no_good_one_and_pile_up_nowhere()
    {
        var (queue, dead) = await CreateQueues(maxReceiveCount: 5);
        await Send(queue, [.. Enumerable.Range(0, 1100).Select(i => i % 11 == 0 ? Body($"mixed-{i / 11}") : $"poison {i}")]);
        await using var consumer = await WireConsumer.Start(queue.Url);
        var mostHeld = 0;

        // While the poison comes again and again, each new event is stored within seconds.
        for (var i = 0; i < 20; i++)
        {
            var (name, elapsed) = ($"new-{i}", Stopwatch());
            await Send(queue, Body(name));
            await Until(() => Task.FromResult(Held() && consumer.Sink.Stored.Any(stored => stored.ThingName == name)));
            elapsed().ShouldBeLessThan(TimeSpan.FromSeconds(10));
        }

        consumer.Sink.Stored.Count.ShouldBe(120);
        await Until(async () => Held() && await Count(dead) is 1000 && await Count(queue) is 0);
        mostHeld.ShouldBeLessThan(300, "what is refused is out of hand at once");
        consumer.Get<InFlightMessages>().Count.ShouldBe(0);

        bool Held()
        {
            mostHeld = Math.Max(mostHeld, consumer.Get<InFlightMessages>().Count);
            return true;
        }
    }

    [Fact]
    public async Task While_storage_fails_nothing_is_lost_and_nothing_goes_to_the_dead_letter_queue()
    {
        var (queue, dead) = await CreateQueues(maxReceiveCount: 2);
        await Send(queue, [.. Enumerable.Range(0, 60).Select(i => Body($"thing-{i}"))]);
        var sink = new FakeSink { IsDown = true };

        // A hidden message comes again after 6 s unless it is extended; down for more than two such periods.
        await using var consumer = await WireConsumer.Start(
            queue.Url, sink, options => options with { VisibilityTimeout = TimeSpan.FromSeconds(6) });
        await Until(() => Task.FromResult(consumer.Get<StorageGate>().IsPaused));
        await Task.Delay(TimeSpan.FromSeconds(13), TimeProvider.System, TestContext.Current.CancellationToken);
        sink.IsDown = false;
        await Until(async () => await Count(queue) is 0);

        (await Count(dead)).ShouldBe(0);
        sink.Stored.Select(stored => stored.ThingName).Distinct().Count().ShouldBe(60);
    }

    [Fact]
    public async Task What_one_consumer_leaves_behind_the_next_one_gets_at_once()
    {
        var (queue, dead) = await CreateQueues(maxReceiveCount: 3);
        await Send(queue, [.. Enumerable.Range(0, 40).Select(i => Body($"thing-{i}"))]);
        await using (var first = await WireConsumer.Start(queue.Url, new FakeSink { IsDown = true }))
        {
            await Until(() => Task.FromResult(first.Get<StorageGate>().IsPaused));

            // Let the last polls come to rest: what SQS hands out in the moment of the stop may have to wait out its 30 s.
            await Until(async () => first.Get<PollProgress>().Polls.All(poll => poll.Last.WaitingSince is null)
                && (await Messages(queue)).Hidden == first.Get<InFlightMessages>().Count);
            await first.Stop();
        }

        // Given back, not waited out.
        (await Messages(queue)).ShouldBe((40, 0));
        await using var second = await WireConsumer.Start(queue.Url);
        await Until(async () => await Count(queue) is 0);

        second.Sink.Stored.Select(stored => stored.ThingName).Distinct().Count().ShouldBe(40);
        (await Count(dead)).ShouldBe(0);
    }

    [Fact]
    public async Task What_a_killed_consumer_had_comes_again_with_the_stamp_of_its_sending()
    {
        var (queue, _) = await CreateQueues();
        var emulator = await Fauxqs.Get();
        using var killed = emulator.CreateSqsClient();
        var sentAt = TimeProvider.System.GetUtcNow();
        await Send(queue, Body("a"));
        (await killed.ReceiveMessageAsync(
            new ReceiveMessageRequest(queue.Url) { VisibilityTimeout = 3 }, TestContext.Current.CancellationToken))
            .Messages.ShouldHaveSingleItem();

        await using var consumer = await WireConsumer.Start(queue.Url);
        await Until(async () => await Count(queue) is 0);

        consumer.Sink.Stored.ShouldHaveSingleItem().Change.ReceivedAt.ShouldBe(sentAt, TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task A_message_in_work_is_kept_from_others_for_as_long_as_it_takes()
    {
        var (queue, dead) = await CreateQueues(maxReceiveCount: 1);
        var stored = new TaskCompletionSource();
        await using var consumer = await WireConsumer.Start(
            queue.Url, new FakeSink { Waits = _ => stored.Task }, options => options with { VisibilityTimeout = TimeSpan.FromSeconds(6) });
        await Send(queue, Body("a"));
        await Task.Delay(TimeSpan.FromSeconds(13), TimeProvider.System, TestContext.Current.CancellationToken);

        consumer.Sink.Attempts.Count.ShouldBe(1);
        stored.SetResult();
        await Until(async () => await Count(queue) is 0);
        (await Count(dead)).ShouldBe(0);
    }

    [Fact]
    public async Task Duplicates_are_handed_on_and_deleted_each()
    {
        var (queue, _) = await CreateQueues();
        await Send(queue, Body("a"), Body("a"), Body("a"));

        await using var consumer = await WireConsumer.Start(queue.Url);
        await Until(async () => await Count(queue) is 0);

        consumer.Sink.Stored.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Thousands_are_stored_and_deleted()
    {
        var (queue, dead) = await CreateQueues();
        await Send(queue, [.. Enumerable.Range(0, 5000).Select(i => Body($"thing-{i}"))]);
        var sink = new FakeSink { Waits = _ => Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System) };

        await using var consumer = await WireConsumer.Start(queue.Url, sink);
        await Until(async () => await Count(queue) is 0);

        sink.Stored.Select(stored => stored.ThingName).Distinct().Count().ShouldBe(5000);
        (await Count(dead)).ShouldBe(0);
        consumer.Get<InFlightMessages>().Count.ShouldBe(0);
    }

    [Fact]
    public async Task An_sns_envelope_is_opened()
    {
        var emulator = await Fauxqs.Get();
        var (queue, _) = await CreateQueues();
        var topic = await emulator.CreateTopic();
        await emulator.Subscribe(topic, queue);
        using var sns = ThinClients.Sns(emulator.Endpoint);
        await sns.Publish(new() { TopicArn = topic, Message = Body("a") }, TestContext.Current.CancellationToken);

        await using var consumer = await WireConsumer.Start(queue.Url);
        await Until(async () => await Count(queue) is 0);

        consumer.Sink.Stored.ShouldHaveSingleItem().ThingName.ShouldBe("a");
    }

    [Fact]
    public async Task A_queue_without_a_redrive_policy_is_warned_about()
    {
        var emulator = await Fauxqs.Get();
        var queue = await emulator.CreateQueue();

        await using var consumer = await WireConsumer.Start(queue.Url);

        consumer.Log.Warnings.ShouldHaveSingleItem().ShouldContain("no redrive policy");
    }

    [Fact]
    public async Task A_queue_that_does_not_exist_ends_the_start()
    {
        var emulator = await Fauxqs.Get();
        var queue = await emulator.CreateQueue();
        var missing = queue.Url + "-missing";

        var exception = await Should.ThrowAsync<StartupException>(() => WireConsumer.Start(missing));

        exception.Message.ShouldStartWith($"Events:Sqs:QueueUrl={missing}: there is no such queue");
    }

    [Fact]
    public async Task An_endpoint_that_nobody_listens_at_does_not_end_the_start()
    {
        const string Nobody = "http://127.0.0.1:9";
        using var sqs = new AmazonSQSClient(
            Fauxqs.Credentials, new AmazonSQSConfig { ServiceURL = Nobody, AuthenticationRegion = Fauxqs.Region });

        await using var consumer = await WireConsumer.Start(sqs, Nobody + "/000000000000/presence");

        consumer.Log.Warnings[0].ShouldContain("does not answer yet");
    }

    [Fact]
    public async Task A_stop_ends_a_long_poll_and_is_done_at_once()
    {
        var (queue, _) = await CreateQueues();
        await using var consumer = await WireConsumer.Start(queue.Url);
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, TestContext.Current.CancellationToken);

        var began = Stopwatch();
        await consumer.Stop();

        // A long poll would have taken 20 s.
        began().ShouldBeLessThan(TimeSpan.FromSeconds(15));
    }

    private static string Body(string thingName, bool connected = true) => SqsRig.Body(thingName, connected);

    private static async Task<(QueueAddress Queue, QueueAddress Dead)> CreateQueues(int maxReceiveCount = 5)
    {
        var emulator = await Fauxqs.Get();
        var dead = await emulator.CreateQueue();
        var queue = await emulator.CreateQueue(attributes: new()
        {
            ["RedrivePolicy"] = $$"""{"deadLetterTargetArn":"{{dead.Arn}}","maxReceiveCount":"{{maxReceiveCount}}"}""",
        });
        return (queue, dead);
    }

    private static async Task Send(QueueAddress queue, params string[] bodies)
    {
        var emulator = await Fauxqs.Get();
        using var sqs = emulator.CreateSqsClient();
        foreach (var batch in bodies.Chunk(10))
        {
            var entries = batch.Select(
                (body, i) => new SendMessageBatchRequestEntry(i.ToString(CultureInfo.InvariantCulture), body)).ToList();
            (await sqs.SendMessageBatchAsync(queue.Url, entries, TestContext.Current.CancellationToken)).Successful.Count
                .ShouldBe(batch.Length);
        }
    }

    /// <summary>Visible or not.</summary>
    private static async Task<int> Count(QueueAddress queue) => await Messages(queue) is var (visible, hidden) ? visible + hidden : 0;

    private static async Task<(int Visible, int Hidden)> Messages(QueueAddress queue)
    {
        var emulator = await Fauxqs.Get();
        using var sqs = emulator.CreateSqsClient();
        var attributes = await sqs.GetQueueAttributesAsync(
            queue.Url, ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"], TestContext.Current.CancellationToken);
        return (attributes.ApproximateNumberOfMessages, attributes.ApproximateNumberOfMessagesNotVisible);
    }

    private static async Task<IReadOnlyList<string>> Bodies(QueueAddress queue)
    {
        var emulator = await Fauxqs.Get();
        using var sqs = emulator.CreateSqsClient();
        var received = await sqs.ReceiveMessageAsync(
            new ReceiveMessageRequest(queue.Url) { MaxNumberOfMessages = 10 }, TestContext.Current.CancellationToken);
        return [.. (received.Messages ?? []).Select(message => message.Body)];
    }

    private static async Task Until(Func<Task<bool>> condition)
    {
        var elapsed = Stopwatch();
        while (!await condition())
        {
            elapsed().ShouldBeLessThan(Patience);
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private static Func<TimeSpan> Stopwatch()
    {
        var began = TimeProvider.System.GetTimestamp();
        return () => TimeProvider.System.GetElapsedTime(began);
    }
}
