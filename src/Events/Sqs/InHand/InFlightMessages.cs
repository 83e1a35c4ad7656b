using System.Collections.Concurrent;
using System.Diagnostics;

namespace IoTOrleans.Events.Sqs;

/// <summary>
/// All in-flight messages. They are kept hidden, and given back at a stop. A message that could not be stored and comes again later is put
/// aside: it is no longer in flight, but known not to be stored. So is a message that is being given back, until SQS confirms it.
/// </summary>
internal sealed class InFlightMessages
{
    /// <summary>When SQS shows a message again, a poll still has to receive it.</summary>
    private static readonly TimeSpan UntilReceived = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<InFlightMessage, bool> _messages = new();
    private readonly ConcurrentDictionary<string, (DateTimeOffset SentAt, DateTimeOffset Until)> _aside = new();

    /// <summary>A message was given back, and may not be received again yet.</summary>
    public bool HasGivenBack { get; private set; }

    public int Count => _messages.Count;

    public IEnumerable<InFlightMessage> All => _messages.Keys;

    public void Add(InFlightMessage message)
    {
        _messages[message] = true;
        if (!_aside.IsEmpty) _aside.TryRemove(message.MessageId, out _);
    }

    /// <summary>The message could not be stored, and comes again at that time.</summary>
    public void PutAside(InFlightMessage message, DateTimeOffset comesAgainAt)
    {
        if (InFlightMessage.Counts(message.ReceiveCount)) _aside[message.MessageId] = (message.SentAt, comesAgainAt + UntilReceived);
    }

    /// <summary>SQS has confirmed when it shows the message again that was put aside.</summary>
    public void ComesAgain(InFlightMessage message, DateTimeOffset at)
    {
        if (_aside.TryGetValue(message.MessageId, out var known))
            _aside.TryUpdate(message.MessageId, known with { Until = at + UntilReceived }, known);
    }

    public void GivenBack(InFlightMessage message)
    {
        _aside.TryRemove(message.MessageId, out _);
        HasGivenBack = true;
    }

    /// <summary>When SQS took the oldest message that counts and is known not to be stored; null: there is none.</summary>
    public DateTimeOffset? OldestSentAt(DateTimeOffset now)
    {
        foreach (var (id, message) in _aside)
        {
            if (message.Until < now) _aside.TryRemove(new(id, message));
        }

        var inHand = _messages.Keys.Where(message => InFlightMessage.Counts(message.ReceiveCount)).Select(message => message.SentAt);
        return inHand.Concat(_aside.Values.Select(message => message.SentAt)).Min(sentAt => (DateTimeOffset?)sentAt);
    }

    /// <summary>Zero: there is none.</summary>
    public TimeSpan OldestAge(DateTimeOffset now) =>
        OldestSentAt(now) is { } oldest ? Moments.Later(now - oldest, TimeSpan.Zero) : TimeSpan.Zero;

    public bool Contains(InFlightMessage message) => _messages.ContainsKey(message);

    /// <returns>False: it was deleted or given back already.</returns>
    public bool Remove(InFlightMessage message) => _messages.TryRemove(message, out _);
}

/// <summary>A message that was received and is neither deleted nor given back. The body is not kept: it may have 1 MiB.</summary>
/// <param name="receiptHandle">SQS's handle for this receive; each receive of a message has another.</param>
/// <param name="sentAt">When SQS took the message: it counts as received by the service at that moment.</param>
/// <param name="receiveCount">How often it has been received, this time included. Approximate, says AWS.</param>
internal sealed class InFlightMessage(
    string messageId, string receiptHandle, DateTimeOffset sentAt, int receiveCount, long receivedTimestamp)
{
    public string MessageId { get; } = messageId;

    public string ReceiptHandle { get; } = receiptHandle;

    public DateTimeOffset SentAt { get; } = sentAt;

    public int ReceiveCount { get; } = receiveCount;

    /// <summary>The trace of the receive that brought it, among others.</summary>
    public ActivityContext Received { get; init; }

    /// <summary>Whether verdicts wait for the message. One that came more often cannot be stored or is refused.</summary>
    public static bool Counts(int receiveCount) => receiveCount <= 3;

    /// <summary>Since when it is hidden for one visibility timeout; monotonic (<see cref="TimeProvider.GetTimestamp"/>).</summary>
    public long HiddenSince { get; set; } = receivedTimestamp;

    /// <summary>
    /// SQS no longer accepts the receipt handle: the message was hidden for too long, or for 12 hours in all, and comes again. It is still
    /// processed, which does no harm, but its visibility cannot be extended.
    /// </summary>
    public bool IsLost { get; set; }
}
