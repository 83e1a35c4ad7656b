using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace IoTOrleans.Grains.Presence;

/// <summary>How reasons are called wherever people meet them, and what they mean: a new one is explained here, or a test fails.</summary>
internal static partial class ReasonTexts
{
    /// <summary>A state that a newer version has written; every reason that this one knows has a sentence of its own.</summary>
    internal const string Unknown = "Something that this version does not know.";

    private static readonly FrozenDictionary<PresenceReason, string> Names =
        Enum.GetValues<PresenceReason>()
            .ToFrozenDictionary(reason => reason, reason => WordStart().Replace(reason.ToString(), "-$0").ToLowerInvariant());

    /// <summary><c>came-back-in-grace</c>: in the log, in metrics, over HTTP.</summary>
    public static string NameOf(PresenceReason reason) => Names.GetValueOrDefault(reason, "unknown");

    public static string SentenceOf(PresenceReason reason) => reason switch
    {
        PresenceReason.None => "No reason was recorded.",

        PresenceReason.FirstConnected => "It connected.",
        PresenceReason.GraceStarted => "It disconnected, and its grace began.",
        PresenceReason.CameBackInGrace => "It connected again within its grace, so nobody was told.",
        PresenceReason.CameBackTold => "It connected again after an outage that was told. The outage is over "
            + "when the return has lasted RecoveryHold.",
        PresenceReason.DroppedInHold => "It disconnected again before its return had held: the same outage goes on.",
        PresenceReason.GraceRestartedByNewerSession => "It must have connected and disconnected once more in "
            + "between, so its grace began anew.",
        PresenceReason.CameBackMuted => "It connected again after an outage that was muted, so nobody was told.",
        PresenceReason.TakenOverByNewSession => "A session of it ended because another one took over: it is connected.",
        PresenceReason.WatcherRestarted => "The embedded broker was started anew and has not seen it since; "
            + "it got a whole grace to come back.",

        PresenceReason.Duplicate => "This event had come in before, so it changed nothing.",
        PresenceReason.OlderEvent => "This event was older than the last one of its kind, so it changed nothing.",
        PresenceReason.OlderNumbering => "This event belonged to a numbering of sessions that is over, so it changed nothing.",
        PresenceReason.OverruledByOtherKind => "Another source said otherwise at the same time or later, so this event changed nothing.",
        PresenceReason.Unchanged => "This event said what was known already.",
        PresenceReason.AnotherClientConnected => "One of its MQTT clients disconnected while another one was "
            + "connected, so nothing changed for the thing.",

        PresenceReason.NothingToDo => "Nothing was left to do.",
        PresenceReason.TooEarly => "Nothing was due yet.",
        PresenceReason.GraceChanged => "Its grace was changed while it was away, and the deadline with it.",
        PresenceReason.AskedVerifier => "The verifier was asked.",
        PresenceReason.VerifierFailed => "The verifier could not be reached; it is tried for a minute.",
        PresenceReason.VerifierStale => "The verifier said 'connected', but that was written before the disconnect, so it did not count.",
        PresenceReason.VerifierKnowsNewerDisconnect => "The verifier knew of a later disconnect, which got a grace of its own.",
        PresenceReason.HealedByVerifier => "The verifier said that it had connected again, though no event had.",
        PresenceReason.StillDisconnected => "The verifier was asked again: it is still disconnected.",
        PresenceReason.CameBackWhileAsking => "The outage was over before the verifier answered.",
        PresenceReason.HoldHeld => "Its return has held: the outage is over.",
        PresenceReason.HeldBacklog => "Its grace was over, but its return may have been on its way to us, so the verdict was held.",
        PresenceReason.MutedAtDeadline => "Its grace was over while nobody was to be told of it: it is offline, and muted.",

        PresenceReason.ToldConfirmed => "Its grace was over and the verifier, too, said that it is disconnected: it was told.",
        PresenceReason.ToldUnanswered => "Its grace was over and the verifier gave no answer that counts: it was told.",
        PresenceReason.ToldUnverified => "Its grace was over and there was no verifier to ask: it was told.",
        PresenceReason.SentAgain => "What was owed was sent again.",
        PresenceReason.Delivered => "What was told of it was accepted.",
        PresenceReason.DeliveryFailed => "A destination could not be reached; it is tried again.",
        PresenceReason.DeliveryRefused => "A destination refused what it was told; it is tried hourly for a day.",
        PresenceReason.DeliveryGivenUp => "A destination refused for a day what it was told, and was given up.",
        PresenceReason.DeliveryOfNothingOwed => "A destination answered to something that it was not owed any more.",
        PresenceReason.DestinationMissing => "A destination is not in the settings; what it is owed waits "
            + "up to an hour for it to come back.",
        PresenceReason.DestinationRemoved => "A destination was removed from the settings; what it was owed was dropped.",
        PresenceReason.DeliveredByIncident => "A destination accepted it as one of many that were told together.",

        PresenceReason.DisconnectFoundByAudit => "The audit found that it had disconnected, though no event of it had "
            + "come in; its grace runs from then.",
        PresenceReason.AuditConfirmed => "The audit found it connected.",
        PresenceReason.AuditStale => "The audit's 'disconnected' was written before it connected, so it did not count.",
        PresenceReason.AuditUnanswered => "The audit got no answer that says anything.",
        PresenceReason.AuditOvertaken => "The audit's answer came when it was not taken to be connected any more.",

        PresenceReason.FlappingBegan => "It came and went so often that it counts as flapping.",
        PresenceReason.FlappingEnded => "It has been connected for an hour: it is steady again.",
        PresenceReason.PolicySet => "Somebody set a policy for it, or took it back.",
        PresenceReason.Forgotten => "Somebody removed it; those that were told of it are told that.",

        PresenceReason.NotWatched => "The settings leave it out (Things:Include, Things:Exclude), so its event changed nothing.",

        PresenceReason.ImportedConnected => "It was imported, and the verifier said that it is connected.",
        PresenceReason.ImportedDisconnected => "It was imported, and the verifier said that it is disconnected; its grace runs from then.",
        PresenceReason.ImportedUnknown => "It was imported or named by a policy, and nobody knew whether it is connected.",
        PresenceReason.ImportKnown => "It was imported, which changed nothing: something was known of it already.",
        PresenceReason.MuteSet => "Somebody muted it.",
        PresenceReason.MuteRemoved => "Somebody ended a mute of it.",
        PresenceReason.ToldNeverSeen => "It was expected, and no event of it came within ExpectWithin: it was told.",

        PresenceReason.TakenOverFromElsewhere => "It connected from another network address while it was connected already; "
            + "two devices may use its client ID.",

        _ => Unknown,
    };

    /// <summary>What happened to the thing, in a word; null: nothing did, it was only looked at.</summary>
    public static string? EventOf(PresenceReason reason) => reason switch
    {
        PresenceReason.FirstConnected or PresenceReason.CameBackInGrace or PresenceReason.CameBackTold or PresenceReason.CameBackMuted
            or PresenceReason.TakenOverByNewSession or PresenceReason.HealedByVerifier
            or PresenceReason.ImportedConnected => "connected",
        PresenceReason.GraceStarted or PresenceReason.DroppedInHold or PresenceReason.GraceRestartedByNewerSession
            or PresenceReason.WatcherRestarted or PresenceReason.VerifierKnowsNewerDisconnect
            or PresenceReason.DisconnectFoundByAudit or PresenceReason.ImportedDisconnected => "disconnected",
        PresenceReason.ImportedUnknown => "expected",
        PresenceReason.TakenOverFromElsewhere => "taken-over",
        PresenceReason.MutedAtDeadline => "muted",
        PresenceReason.ToldConfirmed or PresenceReason.ToldUnanswered or PresenceReason.ToldUnverified
            or PresenceReason.ToldNeverSeen => "told",
        PresenceReason.Delivered or PresenceReason.DeliveredByIncident => "delivered",
        PresenceReason.DeliveryGivenUp or PresenceReason.DestinationRemoved => "given-up",
        PresenceReason.HoldHeld => "recovered",
        PresenceReason.FlappingBegan => "flapping",
        PresenceReason.FlappingEnded => "steady",
        PresenceReason.PolicySet or PresenceReason.GraceChanged => "policy",
        PresenceReason.MuteSet => "mute",
        PresenceReason.MuteRemoved => "unmute",
        _ => null,
    };

    /// <summary>The word that goes out with what happened; null: none.</summary>
    public static NotificationEvent? WordOf(PresenceReason reason) => reason switch
    {
        PresenceReason.ToldConfirmed or PresenceReason.ToldUnanswered or PresenceReason.ToldUnverified => NotificationEvent.DeviceOffline,
        PresenceReason.ToldNeverSeen => NotificationEvent.DeviceNeverSeen,
        PresenceReason.HoldHeld => NotificationEvent.DeviceRecovered,
        PresenceReason.FlappingBegan => NotificationEvent.DeviceFlapping,
        PresenceReason.FlappingEnded => NotificationEvent.DeviceSteady,
        _ => null,
    };

    [GeneratedRegex("(?<=[a-z0-9])[A-Z]")]
    private static partial Regex WordStart();
}
