using System.Collections.Concurrent;
using Amazon.SQS.Model;
using IoTOrleans.Events.Sqs;

namespace IoTOrleans.Events.Watermarks;

/// <summary>What shows how far this silo has read the queue: the results of long polls, and the timestamps of in-flight messages.</summary>
internal sealed class PollProgress(InFlightMessages held, PollLength length, TimeProvider time)
{
    private readonly ConcurrentDictionary<Poll, bool> _polls = new();
    private long _failedAt;

    /// <summary>One for each receiver that polls.</summary>
    public IReadOnlyCollection<Poll> Polls => [.. _polls.Keys];

    public InFlightMessages Held => held;

    /// <summary>When the answer to a receive was last lost. The messages in it are hidden from everybody for a while.</summary>
    public DateTimeOffset? FailedAt =>
        Interlocked.Read(ref _failedAt) is var ticks and > 0 ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    public Poll AddReceiver()
    {
        var poll = new Poll();
        _polls[poll] = true;
        return poll;
    }

    /// <summary>It no longer polls, so the age of its last answer says nothing about the queue.</summary>
    public void RemoveReceiver(Poll poll) => _polls.TryRemove(poll, out _);

    /// <summary>The connection of a poll broke, and its answer may be lost.</summary>
    /// <param name="waited">From the request until then.</param>
    public void AnswerLost(TimeSpan waited)
    {
        Failed(time.GetUtcNow());
        length.Failed(waited);
    }

    public void Failed(DateTimeOffset at) => Interlocked.Exchange(ref _failedAt, at.UtcTicks);
}

/// <summary>The state of one receiver. It is replaced as a whole, so that a reader never sees half of a change.</summary>
internal sealed class Poll
{
    private volatile Snapshot _last = new(null, null, null);

    public Snapshot Last => _last;

    public void Began(DateTimeOffset at) => _last = _last with { WaitingSince = at, Brought = null };

    public void Answered(PollResult result) => _last = new(null, result, result);

    public void Failed() => _last = _last with { WaitingSince = null };

    /// <param name="WaitingSince">Since when a long poll has been waiting; null: none is.</param>
    /// <param name="LastResult">Of the last poll that was answered; null before the first.</param>
    /// <param name="Brought">The same until the next poll begins: by then all its messages are in hand.</param>
    internal sealed record Snapshot(DateTimeOffset? WaitingSince, PollResult? LastResult, PollResult? Brought);
}

/// <param name="OldestSentAt">The oldest <c>SentTimestamp</c> of a message that counts; null: there was none.</param>
internal sealed record PollResult(DateTimeOffset At, DateTimeOffset? OldestSentAt)
{
    public static PollResult Of(IReadOnlyCollection<Message> batch, DateTimeOffset at) =>
        new(at, batch.Where(message => InFlightMessage.Counts(message.ReceiveCount()))
            .Min(message => message.SentAt() ?? (DateTimeOffset?)at));
}
