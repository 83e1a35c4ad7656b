using System.Text.Json;
using Amazon.SQS;
using IoTOrleans.Chaos.Judging;
using IoTOrleans.Chaos.Lines;
using IoTOrleans.Testing.Emulators;
using IoTOrleans.Testing.Http;

namespace IoTOrleans.Chaos;

/// <summary>The services that the silos talk to, each behind a line of its own, and the settings that lead there.</summary>
internal sealed class Setup : IAsyncDisposable
{
    private readonly Dictionary<string, Line> _lines = [];
    private HttpStub? _webhook;

    private Setup(Fauxqs aws, TimeProvider time)
    {
        Sqs = aws.CreateSqsClient();
        (Tap, Inbox) = (new QueueTap(time), new Inbox(time));
    }

    public AmazonSQSClient Sqs { get; }

    public QueueTap Tap { get; }

    public IReadOnlyDictionary<string, Line> Lines => _lines;

    public IotDataStub Shadows { get; private set; } = null!;

    public Inbox Inbox { get; }

    /// <summary>The queue behind the topic.</summary>
    public QueueAddress Letters { get; private set; } = null!;

    public QueueAddress Events { get; private set; } = null!;

    public QueueAddress Dead { get; private set; } = null!;

    public IReadOnlyDictionary<string, string> Settings { get; private set; } = null!;

    public static async Task<Setup> Make(TimeProvider time)
    {
        var (dynamo, aws) = (await DynamoDBLocal.Get(), await Fauxqs.Get());
        var setup = new Setup(aws, time);
        try
        {
            await setup.Connect(dynamo, aws, time);
            return setup;
        }
        catch
        {
            await setup.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var line in _lines.Values) await line.DisposeAsync();
        if (_webhook is not null) await _webhook.DisposeAsync();
        if (Shadows is not null) await Shadows.DisposeAsync();
        Sqs.Dispose();
    }

    private async Task Connect(DynamoDBLocal dynamo, Fauxqs aws, TimeProvider time)
    {
        Dead = await aws.CreateQueue();
        Events = await aws.CreateQueue(attributes: new()
        {
            ["RedrivePolicy"] = JsonSerializer.Serialize(new { deadLetterTargetArn = Dead.Arn, maxReceiveCount = Terms.MaxReceiveCount }),
        });
        Letters = await aws.CreateQueue();
        var topic = await aws.CreateTopic();
        await aws.Subscribe(topic, Letters, raw: true);
        _webhook = await HttpStub.Start(Inbox.Webhook);
        Shadows = await IotDataStub.Start();

        await Add(Upstream.OfDynamoDB(dynamo.Endpoint), time);
        await Add(Upstream.OfSqs(aws.Endpoint), time, Tap.See);
        await Add(Upstream.OfSns(aws.Endpoint), time);
        await Add(Upstream.OfWebhook(_webhook.Address), time);
        await Add(Upstream.OfShadow(Shadows.Endpoint), time);
        Settings = new Dictionary<string, string>(Terms.Presence)
        {
            ["Storage__Provider"] = "DynamoDB",
            ["Storage__DynamoDB__TablePrefix"] = Fauxqs.NewName(),
            ["Orleans__Endpoints__AdvertisedIPAddress"] = "127.0.0.1",
            ["Events__Sqs__QueueUrl"] = Events.Url,
            ["Notifications__Webhook__Url"] = _lines[Upstream.Webhook].Address.ToString(),
            ["Notifications__Webhook__Collapse"] = "false",
            ["Notifications__Sns__TopicArn"] = topic,
            ["Notifications__Sns__Collapse"] = "false",
            ["Notifications__Sns__RateLimit"] = "50/s",
            ["Notifications__DailySummary"] = "off",
            ["Verify__With"] = "shadow",

            // Each decision with its reason: what a false notice is explained by.
            ["Logging__LogLevel__IoTOrleans.Grains.Observing.PresenceObserver"] = "Debug",
            ["AWS_REGION"] = Fauxqs.Region,
            ["AWS_ACCESS_KEY_ID"] = IotDataStub.AccessKey,
            ["AWS_SECRET_ACCESS_KEY"] = IotDataStub.SecretKey,
            ["AWS_ENDPOINT_URL_DYNAMODB"] = _lines[Upstream.DynamoDB].Address.ToString(),
            ["AWS_ENDPOINT_URL_SQS"] = _lines[Upstream.Sqs].Address.ToString(),
            ["AWS_ENDPOINT_URL_SNS"] = _lines[Upstream.Sns].Address.ToString(),
            ["AWS_ENDPOINT_URL_IOT_DATA_PLANE"] = _lines[Upstream.Shadow].Address.ToString(),
        };
    }

    private async Task Add(Upstream upstream, TimeProvider time, Action<Exchange>? seen = null) =>
        _lines[upstream.Name] = await Line.To(upstream, time, seen);
}
