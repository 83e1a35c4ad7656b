using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Amazon.SQS;
using Amazon.SQS.Model;
using IoTOrleans.Testing.Emulators;
using IoTOrleans.Testing.Http;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd;

/// <summary>Two silos as on AWS: the queue, the topic and the tables are emulators, and the line to the tables can hang.</summary>
public sealed class HungStorageTests
{
    private const int Each = 10;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Destination_down_at_the_deadline_and_DynamoDB_hung_for_15_s_while_events_arrive_and_everything_arrives_after_recovery()
    {
        await using var world = await World.Start();
        var (one, other) = (await world.AddSilo(), await world.AddSilo());
        string[] told = Names("told"), due = Names("due"), late = Names("late"), blips = Names("blip");
        await world.Send([.. told, .. due, .. late, .. blips], connected: true, version: 1);
        await one.Until(async () => await world.Left(world.Events) == 0, "the connects to be stored", Patience);

        // Down at the deadline: the topic hears of these, the webhook refuses them.
        await world.Send(told, connected: false, version: 2);
        await one.Until(async () => world.Refused > 0 && Things(await world.Published()).Count() >= Each,
            "the topic to hear of each, and the webhook in vain", Patience);

        // Due while nothing can be stored.
        await world.Send(due, connected: false, version: 2);
        await one.Until(
            async () => await one.Status(due[^1]) == "grace" && await world.Left(world.Events) == 0, "the drops to be stored", Patience);
        world.Line.Plan = (_, _) => LineFault.Hang;
        await world.SendPoison(5);
        await world.Send(late, connected: false, version: 2);
        await world.Send(blips, connected: false, version: 2);
        await world.Send(blips, connected: true, version: 3);

        // Should the drop be stored and fall due before the return is read, the shadow knows better.
        foreach (var blip in blips) world.Shadows.Put(blip, connected: true, TimeProvider.System.GetUtcNow().AddSeconds(2), 3);
        await Task.Delay(TimeSpan.FromSeconds(15), TimeProvider.System, Cancel);
        foreach (var silo in (SiloProcess[])[one, other]) (await Live(silo)).ShouldBe(HttpStatusCode.OK, "liveness never depends on AWS");

        world.Line.Plan = (_, _) => LineFault.None;
        world.WebhookIsUp = true;

        string[] away = [.. told, .. due, .. late];
        await one.Until(() => Things(world.Posted).Count() >= away.Length, "the webhook to hear of each", Patience);
        await one.Until(async () => Things(await world.Published()).Count() >= away.Length, "the topic to hear of each", Patience);
        await one.Until(async () => await world.Left(world.Events) == 0, "an empty queue", Patience);
        await one.Until(async () => (await world.Dead()).Count >= 5, "the poison in the dead-letter queue", Patience);

        foreach (var heard in (IReadOnlyCollection<JsonElement>[])[world.Posted, await world.Published()])
        {
            Things(heard).Order().ShouldBe(away.Order(), "each that stayed away, and no other");
            heard.Select(Outage).Distinct().Count().ShouldBe(away.Length, "a repeat is the same outage");
            heard.ShouldEachBe(notification => notification.GetProperty("event").GetString() == "device.offline");
        }

        (await world.Dead()).ShouldEachBe(body => body.StartsWith("poison", StringComparison.Ordinal));
        foreach (var silo in (SiloProcess[])[one, other])
        {
            foreach (var blip in blips) (await silo.Status(blip)).ShouldBe("connected");
            foreach (var thing in away) (await silo.Status(thing)).ShouldBe("offline");
            (await silo.Terminate()).ShouldBe(0, silo.AllOutput);
        }
    }

    private static string[] Names(string prefix) => [.. Enumerable.Range(0, Each).Select(i => $"{prefix}-{i}")];

    private static IEnumerable<string> Things(IEnumerable<JsonElement> heard) =>
        heard.Select(notification => notification.GetProperty("thingName").GetString()!).Distinct();

    private static string Outage(JsonElement notification) => notification.GetProperty("outageId").GetString()!;

    private static async Task<HttpStatusCode> Live(SiloProcess silo)
    {
        using var response = await silo.Http.GetAsync("/health/live", Cancel);
        return response.StatusCode;
    }

    private sealed class World : IAsyncDisposable
    {
        private readonly List<SiloProcess> _silos = [];
        private readonly ConcurrentQueue<JsonElement> _posted = new();
        private readonly ConcurrentQueue<JsonElement> _published = new();
        private readonly List<string> _dead = [];
        private readonly string _prefix = Fauxqs.NewName();
        private Fauxqs _aws = null!;
        private AmazonSQSClient _sqs = null!;
        private DynamoDBLocal _dynamo = null!;
        private HttpStub _webhook = null!;
        private QueueAddress _deadLetters = null!;
        private QueueAddress _inbox = null!;
        private string _topic = null!;
        private int _refused;

        public FaultyLine Line { get; private set; } = null!;

        public QueueAddress Events { get; private set; } = null!;

        public IotDataStub Shadows { get; private set; } = null!;

        public volatile bool WebhookIsUp;

        public int Refused => Volatile.Read(ref _refused);

        public IReadOnlyCollection<JsonElement> Posted => [.. _posted];

        public static async Task<World> Start()
        {
            var world = new World { _aws = await Fauxqs.Get(), _dynamo = await DynamoDBLocal.Get() };
            world._sqs = world._aws.CreateSqsClient();
            world._deadLetters = await world._aws.CreateQueue();
            world.Events = await world._aws.CreateQueue(attributes: new()
            {
                ["RedrivePolicy"] = JsonSerializer.Serialize(new { deadLetterTargetArn = world._deadLetters.Arn, maxReceiveCount = 3 }),
            });
            world._inbox = await world._aws.CreateQueue();
            world._topic = await world._aws.CreateTopic();
            await world._aws.Subscribe(world._topic, world._inbox, raw: true);
            world.Shadows = await IotDataStub.Start();
            world.Line = await FaultyLine.To(world._dynamo.Endpoint);
            world._webhook = await HttpStub.Start((request, _) => Task.FromResult(world.Answer(request)));
            return world;
        }

        public async Task<SiloProcess> AddSilo()
        {
            var silo = await SiloProcess.Start(
                [
                    .. ClusterTests.Storage(_dynamo, _prefix), ("AWS_ENDPOINT_URL_DYNAMODB", Line.Address.ToString()),
                    ("AWS_ENDPOINT_URL", _aws.Endpoint.ToString()),
                    ("Presence:Grace", "6s"), ("Presence:SettleTime", "1s"), ("Presence:RecoveryHold", "0s"),
                    ("AWS_ENDPOINT_URL_IOT_DATA_PLANE", Shadows.Endpoint.ToString()),
                    ("AWS_ACCESS_KEY_ID", IotDataStub.AccessKey), ("AWS_SECRET_ACCESS_KEY", IotDataStub.SecretKey),
                    ("Events:Sqs:QueueUrl", Events.Url), ("Notifications:Sns:TopicArn", _topic), ("Notifications:Sns:Collapse", "false"),
                    ("Notifications:Sns:RateLimit", "0"), ("Notifications:Webhook:Url", _webhook.Address.ToString()),
                    ("Notifications:Webhook:Collapse", "false"),
                ]);
            _silos.Add(silo);
            return silo;
        }

        public Task Send(string[] things, bool connected, int version) => Send(things.Select(clientId => JsonSerializer.Serialize(new
        {
            clientId,
            eventType = connected ? "connected" : "disconnected",
            timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(),
            versionNumber = (version - 1) / 2,
            sessionIdentifier = $"session-{(connected ? version : version - 1)}",
        })));

        public Task SendPoison(int count) => Send(Enumerable.Range(0, count).Select(i => $"poison {i}"));

        public async Task<IReadOnlyCollection<JsonElement>> Published()
        {
            foreach (var body in await Receive(_inbox))
            {
                // The emulator hands every subscriber the whole JSON structure, so the part for SQS is picked here.
                var root = JsonElement.Parse(body);
                _published.Enqueue(root.TryGetProperty("sqs", out var machine) ? JsonElement.Parse(machine.GetString()!) : root);
            }

            return [.. _published];
        }

        public async Task<IReadOnlyList<string>> Dead()
        {
            _dead.AddRange(await Receive(_deadLetters));
            return _dead;
        }

        public async Task<int> Left(QueueAddress queue)
        {
            var attributes = await _sqs.GetQueueAttributesAsync(
                queue.Url, ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"], Cancel);
            return attributes.ApproximateNumberOfMessages + attributes.ApproximateNumberOfMessagesNotVisible;
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var silo in _silos) await silo.DisposeAsync();
            await Line.DisposeAsync();
            await Shadows.DisposeAsync();
            await _webhook.DisposeAsync();
            _sqs.Dispose();
        }

        private StubAnswer Answer(RecordedRequest request)
        {
            if (WebhookIsUp)
            {
                _posted.Enqueue(JsonElement.Parse(request.Text));
                return new StubAnswer(204);
            }

            Interlocked.Increment(ref _refused);
            return new StubAnswer(503);
        }

        private async Task Send(IEnumerable<string> bodies)
        {
            foreach (var batch in bodies.Chunk(10))
            {
                var entries = batch.Select(
                    (body, i) => new SendMessageBatchRequestEntry(i.ToString(CultureInfo.InvariantCulture), body)).ToList();
                (await _sqs.SendMessageBatchAsync(Events.Url, entries, Cancel)).Successful.Count.ShouldBe(batch.Length);
            }
        }

        private async Task<IReadOnlyList<string>> Receive(QueueAddress queue)
        {
            var received = await _sqs.ReceiveMessageAsync(new ReceiveMessageRequest(queue.Url) { MaxNumberOfMessages = 10 }, Cancel);
            foreach (var message in received.Messages ?? []) await _sqs.DeleteMessageAsync(queue.Url, message.ReceiptHandle, Cancel);
            return [.. (received.Messages ?? []).Select(message => message.Body)];
        }
    }
}
