namespace IoTOrleans.Grains.Policies;

/// <summary>What the rules need besides state and input: the thing's policy, and facts of the moment.</summary>
public sealed record RuleContext
{
    private DevicePolicy? _resolved;

    public required string ThingName { get; init; }

    /// <summary>What the settings say about this thing; the rest is as by default.</summary>
    public PolicySettings Settings { get; init => field = Anew(value); } = PolicyFields.Defaults;

    /// <summary>The glob that matched, null for the plain settings.</summary>
    public string? Match { get; init => field = Anew(value); }

    /// <summary>The override of this thing; null: none.</summary>
    public PolicySettings? Override { get; init => field = Anew(value); }

    /// <summary>The policy in effect: the settings with the override.</summary>
    public DevicePolicy Policy
    {
        get => _resolved ?? PolicyFields.Resolve(Settings, Match, Override, Known);
        init => _resolved = value;
    }

    /// <summary>Ids of the mutes in effect now. They may end at any moment.</summary>
    public IReadOnlyList<string> MutedBy { get; init; } = [];

    /// <summary>By destination name, for all destinations: those outside the policy may still be owed something.</summary>
    public IReadOnlyDictionary<string, DestinationTerms> Terms { get; init; } = new Dictionary<string, DestinationTerms>();

    /// <summary>Names of all destinations; null: not known.</summary>
    public IReadOnlyList<string>? Known { get; init => field = Anew(value); }

    /// <summary>The sources whose things a verifier covers.</summary>
    public IReadOnlyList<EventSource> Verifiable { get; init; } = [];

    /// <summary>How long a verdict is deferred at most; zero: not at all.</summary>
    public TimeSpan MaxHold { get; init; } = PresenceOptions.DefaultMaxHold;

    /// <summary>What this silo may not know at the moment.</summary>
    public IngestProgress Blind { get; init; } = IngestProgress.None;

    public DestinationTerms TermsOf(string destination) => Terms.GetValueOrDefault(destination, DestinationTerms.Default);

    /// <summary>Where the policy is from, in words.</summary>
    public string? Source => Override is null ? Match : "override";

    public bool TellsNobody => Policy.Muted || MutedBy.Count > 0 || Policy.Notify.Count == 0;

    /// <summary>The same facts with this override.</summary>
    public RuleContext With(PolicySettings? set) => _resolved is not null && ReferenceEquals(set, Override) ? this
        : this with { Override = set, Policy = PolicyFields.Resolve(Settings, Match, set, Known) };

    /// <summary>Something that the policy is made of has changed.</summary>
    private T Anew<T>(T value)
    {
        _resolved = null;
        return value;
    }
}
