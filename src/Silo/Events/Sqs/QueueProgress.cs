using System.Collections.Concurrent;
using Amazon.SQS.Model;

namespace IoTOrleans.Silo.Events.Sqs;

/// <summary>
/// What can be known of how far behind the queue we are: how the long polls went, and the stamps of what is in hand.
/// </summary>
internal sealed class QueueProgress(HeldMessages held, PollLength length, TimeProvider time)
{
    private readonly ConcurrentDictionary<QueuePoll, bool> polls = new();
    private long failedAt;

    /// <summary>One for each receiver that polls.</summary>
    public IReadOnlyCollection<QueuePoll> Polls => [.. polls.Keys];

    public HeldMessages Held => held;

    /// <summary>When a receive last got no answer that we could read: what SQS handed out in it is hidden from everybody for a while.</summary>
    public DateTimeOffset? FailedAt => Interlocked.Read(ref failedAt) is var ticks and > 0 ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    public QueuePoll AddReceiver()
    {
        var poll = new QueuePoll();
        polls[poll] = true;
        return poll;
    }

    /// <summary>It polls no more, and what it brought is in hand: how long ago that was says nothing about the queue.</summary>
    public void RemoveReceiver(QueuePoll poll) => polls.TryRemove(poll, out _);

    /// <summary>The connection of a poll broke, and its answer may have got lost.</summary>
    /// <param name="waited">From the request until then.</param>
    public void AnswerLost(TimeSpan waited)
    {
        Failed(time.GetUtcNow());
        length.Failed(waited);
    }

    public void Failed(DateTimeOffset at) => Interlocked.Exchange(ref failedAt, at.UtcTicks);
}

/// <summary>The state of one receiver; replaced as a whole, so that a reader never sees half of it.</summary>
internal sealed class QueuePoll
{
    private volatile Snapshot last = new(null, null, null);

    public Snapshot Last => last;

    public void Began(DateTimeOffset at) => last = last with { WaitingSince = at, Brought = null };

    public void Answered(PollResult result) => last = new(null, result, result);

    public void Failed() => last = last with { WaitingSince = null };

    /// <param name="WaitingSince">Since when a long poll has been waiting for a message; null: none is.</param>
    /// <param name="LastResult">Of the last poll that was answered; null before the first.</param>
    /// <param name="Brought">What it brought, until the next poll begins: by then all of it is in hand.</param>
    internal sealed record Snapshot(DateTimeOffset? WaitingSince, PollResult? LastResult, PollResult? Brought);
}

/// <param name="OldestSentAt">The oldest <c>SentTimestamp</c> it brought that counts; null: the queue had nothing.</param>
internal sealed record PollResult(DateTimeOffset At, DateTimeOffset? OldestSentAt)
{
    public static PollResult Of(IReadOnlyCollection<Message> batch, DateTimeOffset at) =>
        new(at, batch.Where(message => HeldMessage.Counts(message.ReceiveCount())).Min(message => message.SentAt() ?? (DateTimeOffset?)at));
}
