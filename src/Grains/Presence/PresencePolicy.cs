using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Grains.Presence;

/// <summary>What holds for one thing: the settings, with those of the first matching policy over them.</summary>
public sealed record PresencePolicy
{
    public required string ThingName { get; init; }

    /// <summary>How long a thing must stay disconnected before anyone is told.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>An event that arrives late never leads to a notification sooner than this after its arrival.</summary>
    public TimeSpan SettleTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a reconnect must last before it ends an outage that was told; zero: at once.</summary>
    public TimeSpan RecoveryHold { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>While offline, ask the verifier again; zero: never.</summary>
    public TimeSpan RecheckEvery { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>While offline, send <c>device.still_offline</c> this often; zero: never.</summary>
    public TimeSpan RepeatInterval { get; init; }

    public bool NotifyRecovery { get; init; } = true;

    /// <summary>Tell once that a thing comes and goes within its grace, and once that it is steady again.</summary>
    public bool NotifyFlapping { get; init; } = true;

    /// <summary>Watched, shown, not told.</summary>
    public bool Muted { get; init; }

    /// <summary>Ids of the run-time mutes that hold now; they may end at any moment.</summary>
    public IReadOnlyList<string> MutedBy { get; init; } = Array.Empty<string>();

    /// <summary>Names of the destinations that are told.</summary>
    public IReadOnlyList<string> Destinations { get; init; } = [];

    /// <summary>By destination name, of all there are: one that is not told of this thing any more may still be owed something.</summary>
    public IReadOnlyDictionary<string, DestinationTerms> Terms { get; init; } = new Dictionary<string, DestinationTerms>();

    /// <summary>The doors whose things somebody can be asked about.</summary>
    public IReadOnlyList<EventSource> Verifiable { get; init; } = [];

    /// <summary>The longest that a first verdict waits for what we may not know yet; zero: it does not.</summary>
    public TimeSpan MaxHold { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>What this silo may not know at the moment.</summary>
    public IngestProgress Blind { get; init; } = IngestProgress.None;

    /// <summary>The glob that matched, null for the plain settings.</summary>
    public string? Match { get; init; }

    public DestinationTerms TermsOf(string destination) => Terms.GetValueOrDefault(destination, DestinationTerms.Default);

    /// <summary>Names of all destinations there are; null: not known.</summary>
    public IReadOnlyList<string>? Known { get; init; }

    /// <summary>What is set for this thing at run time; null: nothing.</summary>
    public PolicyOverride? Override { get; init; }

    /// <summary>For people: who decides.</summary>
    public string? Source => Override is null ? Match : "override";

    public bool TellsNobody => Muted || MutedBy.Count > 0 || Destinations.Count == 0;

    /// <summary>These settings with what is set for the thing itself over them.</summary>
    public PresencePolicy With(PolicyOverride? set) => set is null ? this : this with
    {
        Grace = set.Grace ?? Grace,
        SettleTime = set.SettleTime ?? SettleTime,
        RecoveryHold = set.RecoveryHold ?? RecoveryHold,
        RecheckEvery = set.RecheckEvery ?? RecheckEvery,
        RepeatInterval = set.RepeatInterval ?? RepeatInterval,
        NotifyRecovery = set.NotifyRecovery ?? NotifyRecovery,
        NotifyFlapping = set.NotifyFlapping ?? NotifyFlapping,
        Muted = set.Muted ?? Muted,
        Destinations = StillThere(set.Notify) ?? Destinations,
        Override = set,
    };

    /// <summary>A destination that has gone from the settings since then tells nobody: before all of them are gone, the settings hold.</summary>
    private IReadOnlyList<string>? StillThere(IReadOnlyList<string>? notify)
    {
        if (notify is null || Known is null) return notify;
        var there = notify.Where(Known.Contains).ToList();
        return there.Count == 0 ? null : there;
    }
}
