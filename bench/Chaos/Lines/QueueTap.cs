using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using IoTOrleans.Testing.Http;

namespace IoTOrleans.Chaos.Lines;

/// <summary>
/// What the queue and the silos said to each other: when each message was handed out, and when a silo had it deleted, that is, had stored
/// what it says.
/// </summary>
internal sealed class QueueTap(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Passage> _passages = new();
    private readonly ConcurrentDictionary<string, string> _receipts = new();

    public Passage Of(string messageId) => _passages.GetOrAdd(messageId, _ => new Passage());

    public void See(Exchange exchange)
    {
        if (exchange.Status != 200) return;
        switch (exchange.Request.Headers.GetValueOrDefault("X-Amz-Target"))
        {
            case "AmazonSQS.ReceiveMessage":
                Received(exchange);
                break;
            case "AmazonSQS.DeleteMessageBatch":
                Deleted(exchange);
                break;
        }
    }

    private void Received(Exchange exchange)
    {
        using var answer = JsonDocument.Parse(exchange.Answer);
        if (!answer.RootElement.TryGetProperty("Messages", out var messages) || messages.ValueKind != JsonValueKind.Array) return;
        foreach (var message in messages.EnumerateArray())
        {
            var id = message.GetProperty("MessageId").GetString()!;
            _receipts[message.GetProperty("ReceiptHandle").GetString()!] = id;
            var sent = long.Parse(
                message.GetProperty("Attributes").GetProperty("SentTimestamp").GetString()!, CultureInfo.InvariantCulture);
            Of(id).HandedOut(time.GetUtcNow(), DateTimeOffset.FromUnixTimeMilliseconds(sent), exchange.Arrives);
        }
    }

    private void Deleted(Exchange exchange)
    {
        using var answer = JsonDocument.Parse(exchange.Answer);
        using var request = JsonDocument.Parse(exchange.Request.Body);
        if (!answer.RootElement.TryGetProperty("Successful", out var successful) || successful.ValueKind != JsonValueKind.Array) return;
        var done = successful.EnumerateArray().Select(entry => entry.GetProperty("Id").GetString()).ToHashSet();
        foreach (var entry in request.RootElement.GetProperty("Entries").EnumerateArray()
            .Where(entry => done.Contains(entry.GetProperty("Id").GetString())))
        {
            if (_receipts.TryRemove(entry.GetProperty("ReceiptHandle").GetString()!, out var id)) Of(id).Stored(time.GetUtcNow());
        }
    }
}
