namespace IoTOrleans.Grains.Devices;

/// <summary>
/// Answers to a thing's grain. Asking and sending happen outside the grain's turn, so that a reconnect never waits behind a slow webhook.
/// Each answer names its outage, which may be over by now.
/// </summary>
[Alias("IoTOrleans.IDeviceAnswers")]
public interface IDeviceAnswers : IGrainWithStringKey
{
    /// <summary>The verifier's answer about an outage.</summary>
    [Alias("Verified")]
    Task Verified(string outageId, VerifierAnswer answer);

    /// <summary>The audit's answer about this thing, which seemed to be connected when the verifier was asked.</summary>
    [Alias("Audited")]
    Task<PresenceReason> Audited(VerifierAnswer answer);

    /// <summary>The status before an import, without a trace in storage. It does not matter what the mutes say.</summary>
    [Alias("KnownStatus")]
    Task<PresenceStatus> KnownStatus();

    /// <summary>Somebody names this thing in a list. This is the verifier's answer. If any event has come in, nothing changes.</summary>
    /// <param name="by">Who named it, for the history; null: not known, or the settings.</param>
    /// <returns>Its status now.</returns>
    [Alias("Imported")]
    Task<PresenceStatus> Imported(VerifierAnswer answer, string? by = null);

    /// <summary>A destination's answer to one notification.</summary>
    [Alias("Answered")]
    Task Answered(string outageId, NotificationEvent notificationEvent, int sequence, string destination, DeliveryAnswer answer);

    /// <summary>
    /// Returns the notification as it is owed now, or null if it is not owed any more. The queue asks before it sends. The grain reads its
    /// state again if it last did so more than some seconds ago.
    /// </summary>
    /// <param name="sending">It is sent now: the grain stays in memory until the destination has answered.</param>
    [Alias("StillOwed")]
    Task<Notification?> StillOwed(string outageId, NotificationEvent notificationEvent, int sequence, string destination, bool sending);

    /// <summary>Whether the destination waits for anything, due now or later, that it has not accepted.</summary>
    [Alias("Owes")]
    Task<bool> Owes(string destination);

    /// <summary>Looks whether anything is due, as a reminder's tick does.</summary>
    [Alias("Wake")]
    Task Wake();

    /// <summary>The same, when a destination may answer again: what it did not accept is sent again at once.</summary>
    [Alias("TryAgain")]
    Task TryAgain(string destination);

    /// <summary>
    /// A look into the reminder table found no reminder for this thing, or a late one, though something is left to do. If the stored state
    /// says so, too, the reminder exists when this returns.
    /// </summary>
    /// <returns>Whether it exists.</returns>
    [Alias("Rearm")]
    Task<bool> Rearm();

    /// <summary>The embedded broker was started, and this thing has not come back yet.</summary>
    [Alias("BrokerStarted")]
    Task BrokerStarted(BrokerStart start);
}
