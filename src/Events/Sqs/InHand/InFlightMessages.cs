using System.Collections.Concurrent;

namespace IoTOrleans.Events.Sqs;

/// <summary>
/// Every message in hand: received, and neither deleted nor given back. What is in here is kept hidden, and at a stop given back. What
/// could not be stored and comes again later is put aside: it is not in hand, but known not to be stored. So is what is being given back,
/// until SQS has confirmed that everybody can see it.
/// </summary>
internal sealed class InFlightMessages
{
    /// <summary>SQS shows a message again when it is time; then a poll has to bring it.</summary>
    private static readonly TimeSpan UntilReceived = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<InFlightMessage, bool> messages = new();
    private readonly ConcurrentDictionary<string, (DateTimeOffset SentAt, DateTimeOffset Until)> aside = new();

    /// <summary>Something was given back for all to see: until somebody has received it again, the others do not know of it.</summary>
    public bool HasGivenBack { get; private set; }

    public int Count => messages.Count;

    public IEnumerable<InFlightMessage> All => messages.Keys;

    public void Add(InFlightMessage message)
    {
        messages[message] = true;
        if (!aside.IsEmpty) aside.TryRemove(message.MessageId, out _);
    }

    /// <summary>It could not be stored, and is to come again at that time, to whoever receives it then.</summary>
    public void PutAside(InFlightMessage message, DateTimeOffset comesAgainAt)
    {
        if (InFlightMessage.Counts(message.ReceiveCount)) aside[message.MessageId] = (message.SentAt, comesAgainAt + UntilReceived);
    }

    /// <summary>SQS has confirmed when it shows a message again that was put aside.</summary>
    public void ComesAgain(InFlightMessage message, DateTimeOffset at)
    {
        if (aside.TryGetValue(message.MessageId, out var known))
            aside.TryUpdate(message.MessageId, known with { Until = at + UntilReceived }, known);
    }

    /// <summary>SQS has confirmed that it shows the message: whoever polls next gets it.</summary>
    public void GivenBack(InFlightMessage message)
    {
        aside.TryRemove(message.MessageId, out _);
        HasGivenBack = true;
    }

    /// <summary>When SQS took the oldest message that is known not to be stored and counts; null: there is none.</summary>
    public DateTimeOffset? OldestSentAt(DateTimeOffset now)
    {
        foreach (var (id, message) in aside)
        {
            if (message.Until < now) aside.TryRemove(new(id, message));
        }

        var inHand = messages.Keys.Where(message => InFlightMessage.Counts(message.ReceiveCount)).Select(message => message.SentAt);
        return inHand.Concat(aside.Values.Select(message => message.SentAt)).Min(sentAt => (DateTimeOffset?)sentAt);
    }

    public bool Contains(InFlightMessage message) => messages.ContainsKey(message);

    /// <returns>False where somebody else has settled it already.</returns>
    public bool Remove(InFlightMessage message) => messages.TryRemove(message, out _);
}

/// <summary>A message that was received and is neither deleted nor given back. The body is not kept: it may be 1 MiB.</summary>
/// <param name="receiptHandle">What SQS wants to see for this receive; another receive of the same message has another.</param>
/// <param name="sentAt">When SQS took it: the moment that counts as our having received it.</param>
/// <param name="receiveCount">How often it has been received, this time included. Approximate, says AWS.</param>
internal sealed class InFlightMessage(
    string messageId, string receiptHandle, DateTimeOffset sentAt, int receiveCount, long receivedTimestamp)
{
    /// <summary>What has come more often than this cannot be stored, or is no event; nobody is kept waiting for it.</summary>
    private const int MostReceives = 3;

    public string MessageId { get; } = messageId;

    public string ReceiptHandle { get; } = receiptHandle;

    public DateTimeOffset SentAt { get; } = sentAt;

    public int ReceiveCount { get; } = receiveCount;

    /// <summary>Whether people are kept waiting for what it may say.</summary>
    public static bool Counts(int receiveCount) => receiveCount <= MostReceives;

    /// <summary>
    /// Since when it is hidden, for one visibility timeout (<see cref="TimeProvider.GetTimestamp"/>, which no clock change moves).
    /// </summary>
    public long HiddenSince { get; set; } = receivedTimestamp;

    /// <summary>
    /// SQS no longer takes the receipt: the message was hidden for too long, or for 12 hours in all, and is on its way again. It is
    /// still worked on, at no harm; only extending is pointless.
    /// </summary>
    public bool IsLost { get; set; }
}
