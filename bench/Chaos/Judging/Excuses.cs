using IoTOrleans.Chaos.Faults;
using IoTOrleans.Chaos.Lines;

namespace IoTOrleans.Chaos.Judging;

/// <summary>
/// For how long after each fault the service may still be late, by what it promises (docs/cluster.md, docs/rules.md). Webhook and topic
/// excuse nothing: what is known must be told, however late.
/// </summary>
internal sealed class Excuses(IEnumerable<Injection> injections)
{
    /// <summary>A tick that failed is made good by the reminder within a minute; a call may hang for 30 s before that.</summary>
    private static readonly TimeSpan AfterStorage = TimeSpan.FromSeconds(90);

    /// <summary>15 s of silence until a silo is declared dead, then the reminder's minute.</summary>
    private static readonly TimeSpan AfterSilos = TimeSpan.FromSeconds(90);

    /// <summary>A minute of asking in vain.</summary>
    private static readonly TimeSpan AfterShadow = TimeSpan.FromSeconds(75);

    /// <summary>
    /// A poll that hangs is given up after 35 s. What its answer may have hidden, nobody sees for another 40 s, and a first verdict is held
    /// for that.
    /// </summary>
    private static readonly TimeSpan AfterQueue = TimeSpan.FromSeconds(90);

    private readonly List<(DateTimeOffset From, DateTimeOffset To)> _spans =
        [.. from injection in injections let tail = Tail(injection.Fault) where tail > TimeSpan.Zero
            select (injection.Began, injection.Healed is { } healed ? healed + tail : DateTimeOffset.MaxValue)];

    /// <summary>The first moment from there on at which nothing excuses.</summary>
    public DateTimeOffset After(DateTimeOffset at)
    {
        while (_spans.Any(span => span.From <= at && at < span.To))
            at = _spans.Where(span => span.From <= at && at < span.To).Max(span => span.To);
        return at;
    }

    private static TimeSpan Tail(PlannedFault fault) => fault.Target switch
    {
        Upstream.DynamoDB => AfterStorage,
        Upstream.Sqs => AfterQueue,
        "silos" => AfterSilos,
        Upstream.Shadow => AfterShadow,
        _ => TimeSpan.Zero,
    };
}
