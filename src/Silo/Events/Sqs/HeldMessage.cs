namespace IoTOrleans.Silo.Events.Sqs;

/// <summary>A message that was received and is neither deleted nor given back. The body is not kept: it may be 1 MiB.</summary>
/// <param name="receiptHandle">What SQS wants to see for this receive; another receive of the same message has another.</param>
/// <param name="sentAt">When SQS took it: the moment that counts as our having received it.</param>
/// <param name="receiveCount">How often it has been received, this time included. Approximate, says AWS.</param>
internal sealed class HeldMessage(string messageId, string receiptHandle, DateTimeOffset sentAt, int receiveCount, long receivedTimestamp)
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
