namespace IoTOrleans.Contracts;

/// <summary>Why an input had the effect it had. The history stores the number, which is never reused.</summary>
[GenerateSerializer, Alias("IoTOrleans.PresenceReason")]
public enum PresenceReason
{
    None = 0,

    // Connection changes that change something.
    FirstConnected = 1,
    GraceStarted = 2,
    CameBackInGrace = 3,
    CameBackTold = 4,
    DroppedInHold = 5,
    GraceRestartedByNewerSession = 6,
    CameBackMuted = 7,
    TakenOverByNewSession = 8,
    WatcherRestarted = 9,

    // Connection changes that change nothing.
    Duplicate = 20,
    OlderEvent = 21,
    OlderNumbering = 22,
    OverruledByOtherKind = 23,
    Unchanged = 24,
    AnotherClientConnected = 25,

    // Looking.
    NothingToDo = 40,
    TooEarly = 41,
    GraceChanged = 42,
    AskedVerifier = 43,
    VerifierFailed = 44,
    VerifierStale = 45,
    VerifierKnowsNewerDisconnect = 46,
    HealedByVerifier = 47,
    StillDisconnected = 48,
    CameBackWhileAsking = 49,
    HoldHeld = 50,
    MutedAtDeadline = 51,
    HeldBacklog = 52,

    // Telling.
    ToldConfirmed = 60,
    ToldUnanswered = 61,
    ToldUnverified = 62,
    SentAgain = 63,
    Delivered = 64,
    DeliveryFailed = 65,
    DeliveryRefused = 66,
    DeliveryGivenUp = 67,
    DeliveryOfNothingOwed = 68,
    DestinationMissing = 69,
    DestinationRemoved = 70,

    // Telling many at once.
    DeliveredByIncident = 80,

    // Looking at things that are taken to be connected.
    DisconnectFoundByAudit = 81,
    AuditConfirmed = 82,
    AuditStale = 83,
    AuditUnanswered = 84,
    AuditOvertaken = 85,

    // Flapping and overrides.
    FlappingBegan = 90,
    FlappingEnded = 91,
    PolicySet = 92,

    // The thing was forgotten while destinations knew of its outage.
    Forgotten = 110,

    // The settings leave the thing out.
    NotWatched = 111,

    // Things that are expected before any event of them.
    ImportedConnected = 140,
    ImportedDisconnected = 141,
    ImportedUnknown = 142,
    ImportKnown = 143,
    ToldNeverSeen = 144,

    // Beside what a connection change does.
    TakenOverFromElsewhere = 145,

    // What people did, beside the policy: nothing of the thing changes.
    MuteSet = 150,
    MuteRemoved = 151,
}
