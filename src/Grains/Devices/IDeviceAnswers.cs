namespace IoTOrleans.Grains.Devices;

/// <summary>
/// How the world answers a thing's grain. Looking and sending happen outside the grain's turn, so that a reconnect never waits
/// behind a slow webhook; each answer carries the outage it is about, which may be over by now.
/// </summary>
[Alias("IoTOrleans.IDeviceAnswers")]
public interface IDeviceAnswers : IGrainWithStringKey
{
    /// <summary>The verifier's answer about an outage.</summary>
    [Alias("Verified")]
    Task Verified(string outageId, VerifierAnswer answer);

    /// <summary>The verifier's answer about this thing, which was taken to be connected when it was asked.</summary>
    [Alias("Audited")]
    Task<PresenceReason> Audited(VerifierAnswer answer);

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

    /// <summary>Looks whether anything is due: what a reminder's tick does, without waiting for it.</summary>
    [Alias("Wake")]
    Task Wake();

    /// <summary>
    /// The same, where a destination may answer again: what it could not be told is tried now, and not when it would be by itself.
    /// </summary>
    [Alias("TryAgain")]
    Task TryAgain(string destination);

    /// <summary>
    /// Whoever looked into the reminder table found something left to do here and no reminder for it, or one that is set for too late. If
    /// that is so by what is stored now, there is one when this returns.
    /// </summary>
    /// <returns>There is.</returns>
    [Alias("Rearm")]
    Task<bool> Rearm();

    /// <summary>The broker began to watch anew, and this thing has not come back yet.</summary>
    [Alias("BrokerStarted")]
    Task BrokerStarted(BrokerStart start);
}
