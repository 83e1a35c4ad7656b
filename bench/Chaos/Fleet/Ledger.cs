using System.Collections.Concurrent;
using System.Globalization;
using IoTOrleans.Chaos.Lines;

namespace IoTOrleans.Chaos.Fleet;

/// <summary>What was truly put into the queue, by thing.</summary>
internal sealed class Ledger
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Delivery>> _deliveries = new();
    private int _count;

    public int Count => _count;

    public IReadOnlyCollection<Delivery> Of(string thing) => _deliveries.GetValueOrDefault(thing) ?? [];

    public IEnumerable<Delivery> All => _deliveries.Values.SelectMany(all => all);

    public void Add(Delivery delivery)
    {
        _deliveries.GetOrAdd(delivery.Message.Thing, _ => new()).Enqueue(delivery);
        Interlocked.Increment(ref _count);
    }
}

/// <param name="AcceptedAt">SQS said that it has it.</param>
internal sealed record Delivery(Message Message, string MessageId, DateTimeOffset AskedAt, DateTimeOffset AcceptedAt, Passage Passage)
{
    /// <summary>SQS's own stamp as far as anybody has seen it.</summary>
    public DateTimeOffset SentAt => Passage.SentAt ?? AcceptedAt;

    public override string ToString() =>
        $"change {Message.Change}: accepted {AcceptedAt.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)}, {Passage}";
}
