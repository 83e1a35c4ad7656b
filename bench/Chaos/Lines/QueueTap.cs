using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using IoTOrleans.Testing.Http;

namespace IoTOrleans.Chaos.Lines;

/// <summary>
/// What the queue and the silos said to each other: when each message was handed out, and when a silo had it deleted, that is, had stored what it says.
/// </summary>
internal sealed class QueueTap(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Passage> passages = new();
    private readonly ConcurrentDictionary<string, string> receipts = new();

    public Passage Of(string messageId) => passages.GetOrAdd(messageId, _ => new Passage());

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
            receipts[message.GetProperty("ReceiptHandle").GetString()!] = id;
            var sent = long.Parse(message.GetProperty("Attributes").GetProperty("SentTimestamp").GetString()!, CultureInfo.InvariantCulture);
            Of(id).HandedOut(time.GetUtcNow(), DateTimeOffset.FromUnixTimeMilliseconds(sent), exchange.Arrives);
        }
    }

    private void Deleted(Exchange exchange)
    {
        using var answer = JsonDocument.Parse(exchange.Answer);
        using var request = JsonDocument.Parse(exchange.Request.Body);
        if (!answer.RootElement.TryGetProperty("Successful", out var successful) || successful.ValueKind != JsonValueKind.Array) return;
        var done = successful.EnumerateArray().Select(entry => entry.GetProperty("Id").GetString()).ToHashSet();
        foreach (var entry in request.RootElement.GetProperty("Entries").EnumerateArray().Where(entry => done.Contains(entry.GetProperty("Id").GetString())))
        {
            if (receipts.TryRemove(entry.GetProperty("ReceiptHandle").GetString()!, out var id)) Of(id).Stored(time.GetUtcNow());
        }
    }
}

/// <summary>A message's way from the queue into the service. Written under its own lock, read at any time.</summary>
internal sealed class Passage
{
    private readonly Lock sync = new();
    private DateTimeOffset? sentAt;
    private DateTimeOffset? firstHandedOut;
    private DateTimeOffset? storedAt;
    private int times;
    private int lost;

    /// <summary>SQS's own stamp; null: nobody has received it so far.</summary>
    public DateTimeOffset? SentAt => Read(ref sentAt);

    public DateTimeOffset? FirstHandedOut => Read(ref firstHandedOut);

    /// <summary>A silo had it deleted: from here on the service knows.</summary>
    public DateTimeOffset? StoredAt => Read(ref storedAt);

    public void HandedOut(DateTimeOffset at, DateTimeOffset sent, bool arrives)
    {
        lock (sync)
        {
            sentAt = sent;
            firstHandedOut ??= at;
            times++;
            if (!arrives) lost++;
        }
    }

    public void Stored(DateTimeOffset at)
    {
        lock (sync) storedAt ??= at;
    }

    public override string ToString()
    {
        lock (sync)
        {
            return $"sent {Time(sentAt)}, first handed out {Time(firstHandedOut)}, {times} times ({lost} answers lost), stored {Time(storedAt)}";
        }
    }

    private static string Time(DateTimeOffset? at) => at is { } known ? known.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture) : "never";

    private DateTimeOffset? Read(ref DateTimeOffset? value)
    {
        lock (sync) return value;
    }
}
