using System.Collections.Concurrent;
using Amazon.SQS.Model;

namespace IoTOrleans.Silo.Events.Sqs;

/// <summary>
/// What can be known of how far behind the queue we are: how the long polls went, and the stamps of what is in hand.
/// </summary>
internal sealed class QueueProgress(HeldMessages held)
{
    private readonly ConcurrentBag<QueuePoll> polls = [];

    /// <summary>One for each receiver.</summary>
    public IReadOnlyCollection<QueuePoll> Polls => polls;

    public HeldMessages Held => held;

    /// <summary>When a receive last got no answer that we could read: what SQS handed out in it is hidden from everybody for a while.</summary>
    public DateTimeOffset? FailedAt { get; private set; }

    public QueuePoll AddReceiver()
    {
        var poll = new QueuePoll();
        polls.Add(poll);
        return poll;
    }

    public void Failed(DateTimeOffset at) => FailedAt = at;
}

/// <summary>The state of one receiver; replaced as a whole, so that a reader never sees half of it.</summary>
internal sealed class QueuePoll
{
    private volatile Snapshot last = new(null, null);

    public Snapshot Last => last;

    public void Began(DateTimeOffset at) => last = last with { WaitingSince = at };

    public void Answered(PollResult result) => last = last with { WaitingSince = null, LastResult = result };

    public void Failed() => last = last with { WaitingSince = null };

    /// <param name="WaitingSince">Since when a long poll has been waiting for a message; null: none is.</param>
    /// <param name="LastResult">Of the last poll that was answered; null before the first.</param>
    internal sealed record Snapshot(DateTimeOffset? WaitingSince, PollResult? LastResult);
}

/// <param name="OldestSentAt">The oldest <c>SentTimestamp</c> it brought that counts; null: the queue had nothing.</param>
internal sealed record PollResult(DateTimeOffset At, DateTimeOffset? OldestSentAt)
{
    public static PollResult Of(IReadOnlyCollection<Message> batch, DateTimeOffset at) =>
        new(at, batch.Where(message => HeldMessage.Counts(message.ReceiveCount())).Min(message => message.SentAt() ?? (DateTimeOffset?)at));
}
