namespace IoTOrleans.Events.Sqs;

/// <summary>Whether the queue moves what is received in vain to a dead-letter queue; from that follows when poison is given back.</summary>
internal sealed class RedrivePolicy
{
    /// <summary>A second: soon, and yet no tight loop of receiving the same message.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Late = TimeSpan.FromMinutes(15);

    /// <summary>
    /// Where we could not ask, a message that comes more often than this shows that nobody takes it away: few set a higher
    /// <c>maxReceiveCount</c>.
    /// </summary>
    private const int UsualMaxReceiveCount = 20;

    public RedriveState State { get; set; }

    /// <summary>For how long a message that is no event is hidden when it is given back.</summary>
    public TimeSpan HidePoisonFor(int receiveCount) => State switch
    {
        RedriveState.Exists => Soon,
        RedriveState.Missing => Late,
        _ => receiveCount <= UsualMaxReceiveCount ? Soon : Late,
    };
}

internal enum RedriveState
{
    /// <summary>Not asked yet, or not allowed to ask.</summary>
    Unknown,

    Exists,

    Missing,
}
