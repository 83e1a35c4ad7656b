namespace IoTOrleans.Events.Sqs;

/// <summary>Whether the queue moves refused messages to a dead-letter queue, and so how soon they are given back.</summary>
internal sealed class RedrivePolicy
{
    /// <summary>Soon, but no tight loop of receiving the same message.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Late = TimeSpan.FromMinutes(15);

    /// <summary>If the policy is unknown, a message that comes more often shows that there is none: few set a higher count.</summary>
    private const int UsualMaxReceiveCount = 20;

    /// <summary>null: not asked yet, or not allowed to ask.</summary>
    public bool? Exists { get; set; }

    /// <summary>For how long a refused message is hidden when it is given back.</summary>
    public TimeSpan HideRefusedFor(int receiveCount) => (Exists ?? receiveCount <= UsualMaxReceiveCount) ? Soon : Late;
}
