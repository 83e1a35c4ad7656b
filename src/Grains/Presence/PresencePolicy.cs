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

    /// <summary>The glob that matched, null for the plain settings.</summary>
    public string? Match { get; init; }

    public DestinationTerms TermsOf(string destination) => Terms.GetValueOrDefault(destination, DestinationTerms.Default);

    public bool TellsNobody => Muted || MutedBy.Count > 0 || Destinations.Count == 0;
}
