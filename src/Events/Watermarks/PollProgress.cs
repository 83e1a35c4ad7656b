using System.Collections.Concurrent;
using Amazon.SQS.Model;
using IoTOrleans.Events.Sqs;

namespace IoTOrleans.Events.Watermarks;

/// <summary>
/// What can be known of how far behind the queue we are: how the long polls went, and the stamps of what is in hand.
/// </summary>
internal sealed class PollProgress(InFlightMessages held, PollLength length, TimeProvider time)
{
    private readonly ConcurrentDictionary<Poll, bool> _polls = new();
    private long _failedAt;

    /// <summary>One for each receiver that polls.</summary>
    public IReadOnlyCollection<Poll> Polls => [.. _polls.Keys];

    public InFlightMessages Held => held;

    /// <summary>
    /// When a receive last got no answer that we could read: what SQS handed out in it is hidden from everybody for a while.
    /// </summary>
    public DateTimeOffset? FailedAt =>
        Interlocked.Read(ref _failedAt) is var ticks and > 0 ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    public Poll AddReceiver()
    {
        var poll = new Poll();
        _polls[poll] = true;
        return poll;
    }

    /// <summary>It polls no more, and what it brought is in hand: how long ago that was says nothing about the queue.</summary>
    public void RemoveReceiver(Poll poll) => _polls.TryRemove(poll, out _);

    /// <summary>The connection of a poll broke, and its answer may have got lost.</summary>
    /// <param name="waited">From the request until then.</param>
    public void AnswerLost(TimeSpan waited)
    {
        Failed(time.GetUtcNow());
        length.Failed(waited);
    }

    public void Failed(DateTimeOffset at) => Interlocked.Exchange(ref _failedAt, at.UtcTicks);
}

/// <summary>The state of one receiver; replaced as a whole, so that a reader never sees half of it.</summary>
internal sealed class Poll
{
    private volatile Snapshot _last = new(null, null, null);

    public Snapshot Last => _last;

    public void Began(DateTimeOffset at) => _last = _last with { WaitingSince = at, Brought = null };

    public void Answered(PollResult result) => _last = new(null, result, result);

    public void Failed() => _last = _last with { WaitingSince = null };

    /// <param name="WaitingSince">Since when a long poll has been waiting for a message; null: none is.</param>
    /// <param name="LastResult">Of the last poll that was answered; null before the first.</param>
    /// <param name="Brought">What it brought, until the next poll begins: by then all of it is in hand.</param>
    internal sealed record Snapshot(DateTimeOffset? WaitingSince, PollResult? LastResult, PollResult? Brought);
}

/// <param name="OldestSentAt">The oldest <c>SentTimestamp</c> it brought that counts; null: the queue had nothing.</param>
internal sealed record PollResult(DateTimeOffset At, DateTimeOffset? OldestSentAt)
{
    public static PollResult Of(IReadOnlyCollection<Message> batch, DateTimeOffset at) =>
        new(at, batch.Where(message => InFlightMessage.Counts(message.ReceiveCount()))
            .Min(message => message.SentAt() ?? (DateTimeOffset?)at));
}
