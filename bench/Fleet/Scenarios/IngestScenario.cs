using System.Text.Json;
using Amazon.SQS;
using Amazon.SQS.Model;
using IoTOrleans.Fleet.Ceilings;
using IoTOrleans.Testing.Emulators;

namespace IoTOrleans.Fleet.Scenarios;

/// <summary>A fleet's first events: each thing is new, read once and written once.</summary>
internal static class IngestScenario
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public static IEnumerable<Measurement> All(Scale scale)
    {
        foreach (var provider in new[] { "Memory", "Sqlite", "DynamoDB" })
        {
            var posted = provider == "DynamoDB" ? scale.Emulated : scale.Ingest;
            yield return new(
                "ingest", $"POST, {provider}", "events/s", true, () => Post(provider, posted), () => PlainPost(provider, posted));
            yield return new("ingest", $"SQS, {provider}", "events/s", true, () => Receive(provider, scale.Emulated),
                () => PlainReceive(provider, scale.Emulated));
        }
    }

    private static async Task<double> Post(string provider, int count)
    {
        await using var service = await ServiceProcess.Start(provider);
        return count / await Waiting.Seconds(() => service.Post(Things.Named(count), connected: true));
    }

    private static async Task<double> PlainPost(string provider, int count)
    {
        await using var store = await IPlainStore.Of(provider);
        await using var server = await PlainServer.Start(store);
        return count / await Waiting.Seconds(() => server.Post(Things.Named(count), connected: true));
    }

    private static async Task<double> Receive(string provider, int count)
    {
        var aws = await Fauxqs.Get();
        using var sqs = aws.CreateSqsClient();
        var queue = await Fill(aws, sqs, count);
        await using var service = await ServiceProcess.Start(
            provider, ("Events:Sqs:QueueUrl", queue.Url), ("AWS_ENDPOINT_URL_SQS", aws.Endpoint.ToString()));
        return await Rate(sqs, queue, count);
    }

    private static async Task<double> PlainReceive(string provider, int count)
    {
        var aws = await Fauxqs.Get();
        using var sqs = aws.CreateSqsClient();
        var queue = await Fill(aws, sqs, count);
        await using var store = await IPlainStore.Of(provider);
        using var stop = new CancellationTokenSource();
        var consumers = Enumerable.Range(0, 4).Select(_ => Consume(sqs, queue, store, stop.Token)).ToList();
        var rate = await Rate(sqs, queue, count);
        await stop.CancelAsync();
        await Task.WhenAll(consumers);
        return rate;
    }

    private static async Task Consume(AmazonSQSClient sqs, QueueAddress queue, IPlainStore store, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var request = new ReceiveMessageRequest { QueueUrl = queue.Url, MaxNumberOfMessages = 10, WaitTimeSeconds = 1 };
            var received = (await sqs.ReceiveMessageAsync(request, CancellationToken.None)).Messages ?? [];
            if (received.Count == 0) continue;
            await Task.WhenAll(received.Select(message =>
            {
                using var body = JsonDocument.Parse(message.Body);
                return PlainServer.Take(store, new(body.RootElement.GetProperty("clientId").GetString()!, true, 0));
            }));
            await sqs.DeleteMessageBatchAsync(queue.Url, [.. received.Select(
                (message, i) => new DeleteMessageBatchRequestEntry($"{i}", message.ReceiptHandle))], CancellationToken.None);
        }
    }

    /// <summary>From the tenth part that is gone to the last: what starts before that is not measured.</summary>
    private static async Task<double> Rate(AmazonSQSClient sqs, QueueAddress queue, int count)
    {
        var skipped = count / 10;
        await Waiting.Until(async () => await Left(sqs, queue) <= count - skipped, Patience);
        var left = await Left(sqs, queue);
        return left / await Waiting.Seconds(() => Waiting.Until(async () => await Left(sqs, queue) == 0, Patience));
    }

    private static async Task<int> Left(AmazonSQSClient sqs, QueueAddress queue)
    {
        var read = await sqs.GetQueueAttributesAsync(queue.Url, ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]);
        return read.ApproximateNumberOfMessages + read.ApproximateNumberOfMessagesNotVisible;
    }

    private static async Task<QueueAddress> Fill(Fauxqs aws, AmazonSQSClient sqs, int count)
    {
        var queue = await aws.CreateQueue();
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        await Parallel.ForEachAsync(
            Things.Named(count).Chunk(10), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (names, cancel) =>
            await sqs.SendMessageBatchAsync(
                queue.Url, [.. names.Select((name, i) => new SendMessageBatchRequestEntry($"{i}", JsonSerializer.Serialize(new
            {
                clientId = name, eventType = "connected", timestamp = now, versionNumber = 0, sessionIdentifier = name,
            })))], cancel));
        return queue;
    }
}
