using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Tests.World.Runtime;

namespace IoTOrleans.Grains.Tests.World;

/// <summary>
/// What the queue has taken and nobody has stored yet: it knows what the product's consumers work out together (their own tests ask whether
/// they do), and so how far the queue has been read.
/// </summary>
internal sealed class Backlog(History history, Func<double> now) : IIngestProgress
{
    private static readonly double Lag = 3;

    private readonly Dictionary<Message, double> _taken = new(ReferenceEqualityComparer.Instance);

    public IngestProgress Current => new(Queue: new Watermark(VirtualTime.Start.AddSeconds(SeenUntil)));

    public void Taken(Message message) => _taken.TryAdd(message, now());

    /// <summary>When all was stored that the queue had taken by some time; null: it is not.</summary>
    public double? PassedAt(double time)
    {
        var until = time;
        foreach (var message in Counted.Where(message => message.Sent <= time))
        {
            if (!_taken.TryGetValue(message, out var at)) return null;
            until = Math.Max(until, at);
        }

        return until;
    }

    /// <summary>The truly later returns that the queue had taken by some time and that are not stored.</summary>
    public IEnumerable<Message> Waiting(double sentBy) =>
        Counted.Where(message => message.Sent <= sentBy && message.What.Connected && message.Firm && !_taken.ContainsKey(message));

    private IEnumerable<Message> Counted => history.Messages.Where(message => !message.Again);

    private double SeenUntil => Counted.Where(message => message.Sent <= now() && !_taken.ContainsKey(message))
        .Select(message => message.Sent - 0.001).Append(now() - Lag).Min();
}
