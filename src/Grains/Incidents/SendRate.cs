using System.Collections.Immutable;

namespace IoTOrleans.Grains.Incidents;

/// <summary>Turns within the rate of one destination, for all silos together.</summary>
internal sealed record SendRate(ImmutableQueue<DateTimeOffset> Last, int Count, DateTimeOffset NotBefore)
{
    /// <summary>What was sent before this activation is not known: it is given the time of a whole period.</summary>
    public static SendRate New(DateTimeOffset now) => new([], 0, now);

    public (SendRate Rate, TimeSpan Wait) Next(RateLimit? limit, DateTimeOffset now)
    {
        if (limit is null) return (this, TimeSpan.Zero);
        var at = NotBefore > now ? NotBefore : now;
        if (Count < limit.Count) return (this with { Last = Last.Enqueue(at), Count = Count + 1 }, at - now);

        var free = Last.Peek() + limit.Period + Slack(limit);
        if (free > at) at = free;
        return (this with { Last = Last.Dequeue().Enqueue(at) }, at - now);
    }

    public static TimeSpan LongestSilence(RateLimit? limit) =>
        limit is null ? TimeSpan.Zero : limit.Period + Slack(limit) is var period && period < Longest ? period : Longest;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <summary>Between a turn and its sending lie a network and a scheduler; what is late must not meet what is punctual.</summary>
    private static TimeSpan Slack(RateLimit limit) => limit.Period / 5 < MostSlack ? limit.Period / 5 : MostSlack;

    private static readonly TimeSpan MostSlack = TimeSpan.FromMilliseconds(200);
}
