using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Amazon.SQS;
using Amazon.SQS.Model;
using IoTOrleans.Chaos.Lines;
using IoTOrleans.Testing.Emulators;
using IoTOrleans.Testing.Http;

namespace IoTOrleans.Chaos.Judging;

/// <summary>Two destinations: a webhook, and a topic with a queue behind it. Whatever reaches them is kept.</summary>
internal sealed class Inbox(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Notice>> _notices = new();
    private readonly ConcurrentDictionary<string, int> _others = new();

    public IReadOnlyCollection<Notice> Of(string thing) => _notices.GetValueOrDefault(thing) ?? [];

    /// <summary>What is not about one thing's outage, by event.</summary>
    public IReadOnlyDictionary<string, int> Others => _others;

    public Task<StubAnswer> Webhook(RecordedRequest request, CancellationToken cancellationToken)
    {
        Keep(Upstream.Webhook, request.Text, time.GetUtcNow());
        return Task.FromResult(new StubAnswer(204));
    }

    /// <summary>Reads what the topic puts into this queue until the token ends it.</summary>
    public async Task Drain(IAmazonSQS sqs, string queueUrl, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var asked = new ReceiveMessageRequest
            {
                QueueUrl = queueUrl, MaxNumberOfMessages = 10, WaitTimeSeconds = 1,
                MessageSystemAttributeNames = [MessageSystemAttributeName.SentTimestamp],
            };
            if ((await sqs.ReceiveMessageAsync(asked, cancellationToken)).Messages is not { Count: > 0 } messages) continue;
            foreach (var message in messages)
            {
                var sent = DateTimeOffset.FromUnixTimeMilliseconds(
                    long.Parse(message.Attributes[MessageSystemAttributeName.SentTimestamp], CultureInfo.InvariantCulture));

                // The emulator gives every subscriber the whole structure.
                using var structure = JsonDocument.Parse(message.Body);
                Keep(Upstream.Sns, structure.RootElement.GetProperty("sqs").GetString()!, sent);
            }

            await sqs.DeleteMessageBatchAsync(
                queueUrl, [.. messages.Select((message, i) => new DeleteMessageBatchRequestEntry($"{i}", message.ReceiptHandle))],
                cancellationToken);
        }
    }

    public void Keep(string destination, string body, DateTimeOffset at)
    {
        var root = JsonElement.Parse(body);
        var happened = root.GetProperty("event").GetString()!;
        if (happened is not (Notice.Offline or Notice.Recovered))
        {
            _others.AddOrUpdate(happened, 1, (_, count) => count + 1);
            return;
        }

        var thing = root.GetProperty("thingName").GetString()!;
        DateTimeOffset? recovered = root.GetProperty("recoveredAt") is { ValueKind: JsonValueKind.String } back
            ? back.GetDateTimeOffset()
            : null;
        _notices.GetOrAdd(thing, _ => new()).Enqueue(new Notice(
            destination, happened, thing, root.GetProperty("outageId").GetString()!, root.GetProperty("since").GetDateTimeOffset(),
            root.GetProperty("detectedAt").GetDateTimeOffset(), recovered, root.GetProperty("verification").GetString()!, at));
    }
}
