namespace IoTOrleans.Grains.Presence;

/// <summary>Everything that can happen to a thing.</summary>
internal abstract record PresenceInput
{
    private PresenceInput()
    {
    }

    /// <summary>Somebody says that it connected or disconnected.</summary>
    internal sealed record Changed(ConnectionChange Change) : PresenceInput;

    /// <summary>A timer or the reminder asks whether there is anything to do: a question, not an order.</summary>
    /// <param name="AnswersAgain">A destination that may take now what it did not take before.</param>
    internal sealed record Tick(string? AnswersAgain = null) : PresenceInput;

    /// <summary>The verifier's answer about an outage that may be over by now.</summary>
    internal sealed record Verified(string OutageId, VerifierAnswer Answer) : PresenceInput;

    /// <summary>The verifier's answer about a thing that was taken to be connected, asked without a reason.</summary>
    internal sealed record Audited(VerifierAnswer Answer) : PresenceInput;

    /// <summary>A destination's answer about an outage that may be over by now.</summary>
    internal sealed record Answered(
        string OutageId, NotificationEvent Event, int Sequence, string Destination, DeliveryAnswer Answer) : PresenceInput;

    /// <summary>The broker began to watch anew: every connection it had is gone, and that is not the thing's fault.</summary>
    internal sealed record BrokerStarted(BrokerStart Start) : PresenceInput;

    /// <summary>Somebody sets what holds for this thing over all settings, or takes it back.</summary>
    internal sealed record PolicySet(PolicySettings? Wanted) : PresenceInput;

    /// <summary>Somebody forgets this thing.</summary>
    internal sealed record Forgotten : PresenceInput;
}
