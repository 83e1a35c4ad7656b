using IoTOrleans.Events.Sqs;

namespace IoTOrleans.Events.Watermarks;

/// <summary>How far this silo's consumer has read the queue.</summary>
internal sealed class ConsumerWatermark(PollProgress progress, SqsOptions options)
{
    /// <summary>A long poll that has waited for so long found no message. Later messages are newer.</summary>
    internal static readonly TimeSpan Emptied = TimeSpan.FromSeconds(1);

    /// <summary>A reconnect and the disconnect before it reach the queue within this time of each other, in any order.</summary>
    internal static readonly TimeSpan Overtaking = TimeSpan.FromSeconds(10);

    public Watermark At(DateTimeOffset now)
    {
        var polls = progress.Polls.Select(poll => poll.Last).ToList();
        var failedAt = polls.Any(poll => Waited(poll, now) > SqsQueue.LongPoll + SqsQueue.Answering) ? now : progress.FailedAt;
        return new Watermark(
            Missing(polls, now).Select(sentAt => sentAt - TimeSpan.FromMilliseconds(1)).Append(Seen(polls, now)).Min(),
            failedAt + Overtaking,
            failedAt + HiddenFor(options));
    }

    public bool HasGivenBack => progress.Held.HasGivenBack;

    /// <summary>The visibility timeout, and the time until somebody has received the message again.</summary>
    internal static TimeSpan HiddenFor(SqsOptions options) => options.VisibilityTimeout + TimeSpan.FromSeconds(5);

    private DateTimeOffset? Seen(List<Poll.Snapshot> polls, DateTimeOffset now)
    {
        if (polls.Select(poll => poll.LastResult).OfType<PollResult>().MaxBy(result => result.At) is not { } last) return null;

        // Another silo may read the queue while this one cannot: an old answer of this silo must not hold up the cluster.
        if (now - last.At > HiddenFor(options)) return null;

        var lately = now - last.At <= SqsQueue.LongPoll + SqsQueue.Answering;
        var waits = polls.Select(poll => Waited(poll, now)).OfType<TimeSpan>().ToList();
        var isEmpty = lately && waits.Count > 0 && waits.TrueForAll(wait => wait >= Emptied);
        return isEmpty ? now - Emptied : last.OldestSentAt ?? last.At - Emptied;
    }

    /// <summary>What is not stored, and what a receiver has received and not yet taken into hand.</summary>
    private IEnumerable<DateTimeOffset?> Missing(List<Poll.Snapshot> polls, DateTimeOffset now) =>
        [progress.Held.OldestSentAt(now), .. polls.Select(poll => poll.Brought?.OldestSentAt)];

    private static TimeSpan? Waited(Poll.Snapshot poll, DateTimeOffset now) => now - poll.WaitingSince;
}
