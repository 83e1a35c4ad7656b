using System.Diagnostics;
using System.Net.Http.Headers;
using System.Xml.Linq;
using Amazon.Runtime;
using Amazon.SQS;
using Amazon.SQS.Model;

namespace IoTOrleans.Testing.Emulators;

/// <summary>
/// SQS and SNS on loopback (npm <c>fauxqs</c>), one for a test assembly: tests keep apart by the names of their queues and topics.
/// It differs from AWS in that it ignores <c>MessageStructure</c>: every SQS subscriber gets the whole JSON structure.
/// </summary>
public sealed class Fauxqs
{
    public const string Region = "us-east-1";

    private static readonly Lazy<Task<Fauxqs>> Instance = new(Start);
    private static readonly HttpClient Http = new();

    // Kept for as long as the test process lives: the emulator ends when this end of its standard input closes.
    private readonly Process _process;

    private Fauxqs(Process process, Uri endpoint)
    {
        _process = process;
        Endpoint = endpoint;
    }

    /// <summary>For <c>AWS_ENDPOINT_URL</c> or <c>ServiceURL</c>.</summary>
    public Uri Endpoint { get; }

    /// <summary>Any key will do.</summary>
    public static AWSCredentials Credentials { get; } = new BasicAWSCredentials("test", "test");

    /// <summary>Skips the running test where Node.js is missing (and fails it in CI).</summary>
    public static Task<Fauxqs> Get() => Instance.Value;

    public AmazonSQSClient CreateSqsClient() =>
        new(Credentials, new AmazonSQSConfig { ServiceURL = Endpoint.ToString(), AuthenticationRegion = Region });

    /// <param name="name">Ends with <c>.fifo</c> for a FIFO queue; null: a new name.</param>
    /// <param name="attributes">As of CreateQueue, like <c>VisibilityTimeout</c> and <c>RedrivePolicy</c>.</param>
    public async Task<QueueAddress> CreateQueue(string? name = null, Dictionary<string, string>? attributes = null)
    {
        using var sqs = CreateSqsClient();
        var created = await sqs.CreateQueueAsync(new CreateQueueRequest { QueueName = name ?? NewName(), Attributes = attributes ?? [] });
        var asked = await sqs.GetQueueAttributesAsync(created.QueueUrl, ["QueueArn"]);
        return new QueueAddress(created.QueueUrl, asked.QueueARN);
    }

    /// <summary>The ARN of a new topic.</summary>
    /// <param name="name">Ends with <c>.fifo</c> for a FIFO topic; null: a new name.</param>
    public async Task<string> CreateTopic(string? name = null) =>
        (await Sns("CreateTopic", ("Name", name ?? NewName()))).Descendants().Single(e => e.Name.LocalName == "TopicArn").Value;

    public Task Subscribe(string topicArn, QueueAddress queue, bool raw = false, string? filterPolicy = null) => Sns(
        "Subscribe",
        ("TopicArn", topicArn),
        ("Protocol", "sqs"),
        ("Endpoint", queue.Arn),
        ("Attributes.entry.1.key", "RawMessageDelivery"),
        ("Attributes.entry.1.value", raw ? "true" : "false"),
        ("Attributes.entry.2.key", "FilterPolicy"),
        ("Attributes.entry.2.value", filterPolicy ?? "{}"));

    public static string NewName() => "t" + Guid.NewGuid().ToString("N");

    private static async Task<Fauxqs> Start()
    {
        var folder = await NpmPackages.Emulators();
        var start = new ProcessStartInfo("node", ["fauxqs.mjs"])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException("node did not start.");
        var errors = process.StandardError.ReadToEndAsync();

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        var address = await process.StandardOutput.ReadLineAsync(limit.Token)
            ?? throw new InvalidOperationException($"fauxqs ended at once:\n{await errors}");
        var endpoint = new Uri(address);
        using var health = await Http.GetAsync(new Uri(endpoint, "/health"), limit.Token);
        health.EnsureSuccessStatusCode();
        return new Fauxqs(process, endpoint);
    }

    /// <summary>There is no SNS package for tests either, and the emulator checks no signature.</summary>
    private async Task<XDocument> Sns(string action, params (string Name, string Value)[] parameters)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Endpoint)
        {
            Content = new FormUrlEncodedContent(
                parameters.Prepend(("Action", action)).Select(p => KeyValuePair.Create(p.Item1, p.Item2))),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded");
        using var response = await Http.SendAsync(request);
        var body = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode) throw new InvalidOperationException($"{action}: {body}");
        return XDocument.Parse(body);
    }
}

/// <param name="Url">The only address to use: the emulator knows a queue by the URL it gave.</param>
public sealed record QueueAddress(string Url, string Arn);
