namespace IoTOrleans.Events.Sqs;

internal sealed record SqsOptions
{
    internal const string QueueUrlSetting = "Events:Sqs:QueueUrl";

    internal const string ErrorQueueUrlSetting = "Events:Sqs:ErrorQueueUrl";

    /// <summary>Which setting named the queue.</summary>
    public string Setting { get; init; } = QueueUrlSetting;

    /// <summary>The queue's URL as SQS shows it. A standard queue: IoT rules cannot write to a FIFO queue.</summary>
    public required string QueueUrl { get; init; }

    /// <summary>
    /// Concurrent long polls. Each receives up to 10 messages per round trip. More of them empty a backlog faster, and cost a request each
    /// every 5 s while the queue is empty. Default: 2.
    /// </summary>
    public int Receivers { get; init; } = 2;

    /// <summary>Things whose messages are stored at the same time. A slower storage needs more of them. Default: 64.</summary>
    public int Workers { get; init; } = 64;

    /// <summary>
    /// Batches of a thing's messages that wait between receivers and workers. With fewer, workers run dry between polls. With more, more
    /// messages stay hidden for one <see cref="VisibilityTimeout"/> when this process is killed. Default: 256.
    /// </summary>
    public int Capacity { get; init; } = 256;

    /// <summary>
    /// How long a received message is hidden from other consumers; extended while it is in flight. The messages of a killed process stay
    /// hidden for as long, so short is good, but the keeper looks six times within it. Default: 30 s; 6 s to 12 h.
    /// </summary>
    public TimeSpan VisibilityTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a stop waits for in-flight messages to be stored; the rest is given back. Together with the 4 s for the last requests, and
    /// the time that the silo needs to leave, it must fit into the 30 s that the host and ECS grant. Default: 15 s.
    /// </summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// The error queue of IoT rules. It is empty while the rules work, so a few workers are enough; they share storage with those of the
    /// queue with the events.
    /// </summary>
    public static SqsOptions ForErrorQueue(string queueUrl) => new()
    {
        Setting = ErrorQueueUrlSetting, QueueUrl = queueUrl, Receivers = 1, Workers = 8, Capacity = 64,
    };

    /// <exception cref="StartupException">A setting makes no sense; the message says which, and what to do.</exception>
    public void Validate()
    {
        if (!Uri.TryCreate(QueueUrl, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            throw new StartupException(
                $"{Setting}={QueueUrl}: this is not an http(s) address; give the queue's URL (not its ARN or name), "
                + "like https://sqs.eu-west-1.amazonaws.com/123456789012/presence.");
        }

        if (url.AbsolutePath.EndsWith(".fifo", StringComparison.Ordinal))
        {
            throw new StartupException(
                $"{Setting}={QueueUrl}: this is a FIFO queue, and IoT rules cannot write to one; use a standard queue.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(Receivers, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Workers, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Capacity, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(VisibilityTimeout, TimeSpan.FromSeconds(6));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(VisibilityTimeout, TimeSpan.FromHours(12));
        ArgumentOutOfRangeException.ThrowIfLessThan(DrainTimeout, TimeSpan.Zero);
    }
}
