namespace IoTOrleans.Grains.Presence;

/// <summary>Everything that can happen to a thing.</summary>
internal abstract record PresenceInput
{
    private PresenceInput()
    {
    }

    /// <summary>An event says that it connected or disconnected.</summary>
    internal sealed record Changed(ConnectionChange Change) : PresenceInput;

    /// <summary>A timer or the reminder asks whether there is anything to do: a question, not an order.</summary>
    /// <param name="AnswersAgain">A destination that may accept now what it did not accept before.</param>
    internal sealed record Tick(string? AnswersAgain = null) : PresenceInput;

    /// <summary>The verifier's answer about an outage that may be over by now.</summary>
    internal sealed record Verified(string OutageId, VerifierAnswer Answer) : PresenceInput;

    /// <summary>The audit's answer about a thing that seems to be connected.</summary>
    internal sealed record Audited(VerifierAnswer Answer) : PresenceInput;

    /// <summary>Somebody names this thing in a list, and this is what the verifier says about it, if there is one.</summary>
    internal sealed record Imported(VerifierAnswer Answer, string? By = null) : PresenceInput;

    /// <summary>A destination's answer about an outage that may be over by now.</summary>
    internal sealed record Answered(
        string OutageId, NotificationEvent Event, int Sequence, string Destination, DeliveryAnswer Answer) : PresenceInput;

    /// <summary>The embedded broker was started: the connections that it had are gone, through no fault of the things.</summary>
    internal sealed record BrokerStarted(BrokerStart Start) : PresenceInput;

    /// <summary>Somebody sets an override for this thing, or removes it.</summary>
    internal sealed record PolicySet(PolicySettings? Wanted, string? By = null) : PresenceInput;

    /// <summary>Somebody sets a mute for this thing alone, or removes it: for the history only.</summary>
    internal sealed record MuteChanged(bool IsSet, string? By) : PresenceInput;

    /// <summary>Somebody removes this thing.</summary>
    internal sealed record Forgotten : PresenceInput;
}
