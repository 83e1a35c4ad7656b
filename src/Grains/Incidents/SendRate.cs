using System.Collections.Immutable;

namespace IoTOrleans.Grains.Incidents;

/// <summary>Keeps the rate of one destination, for all silos together.</summary>
internal sealed record SendRate(ImmutableQueue<DateTimeOffset> Last, int Count, DateTimeOffset NotBefore)
{
    public (SendRate Rate, TimeSpan Wait) Next(RateLimit? limit, DateTimeOffset now)
    {
        if (limit is null) return (this, TimeSpan.Zero);
        var at = Later(NotBefore, now);
        if (Count < limit.Count) return (this with { Last = Last.Enqueue(at), Count = Count + 1 }, at - now);

        // The limit may have been higher before.
        var last = Last;
        for (var count = Count; count > limit.Count; count--) last = last.Dequeue();
        at = Later(at, last.Peek() + limit.Period + Slack(limit));
        return (this with { Last = last.Dequeue().Enqueue(at), Count = limit.Count }, at - now);
    }

    public static TimeSpan LongestSilence(RateLimit? limit) =>
        limit is null ? TimeSpan.Zero : Earlier(limit.Period + Slack(limit), TimeSpan.FromSeconds(5));

    /// <summary>A send comes late after its turn; it must not come too near to a punctual one.</summary>
    private static TimeSpan Slack(RateLimit limit) => Earlier(limit.Period / 5, TimeSpan.FromMilliseconds(200));
}
