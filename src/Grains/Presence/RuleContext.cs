namespace IoTOrleans.Grains.Presence;

/// <summary>What the rules go by besides state and input: the thing's policy, and facts of the moment.</summary>
public sealed record RuleContext
{
    private DevicePolicy? _resolved;

    public required string ThingName { get; init; }

    /// <summary>What the settings say about this thing; what they do not say is as by default.</summary>
    public PolicySettings Settings { get; init => field = Anew(value); } = PolicyFields.Defaults;

    /// <summary>The glob that matched, null for the plain settings.</summary>
    public string? Match { get; init => field = Anew(value); }

    /// <summary>What is set for this thing at run time; null: nothing.</summary>
    public PolicySettings? Override { get; init => field = Anew(value); }

    /// <summary>What holds: the settings, with what is set at run time over them.</summary>
    public DevicePolicy Policy
    {
        get => _resolved ?? PolicyFields.Resolve(Settings, Match, Override, Known);
        init => _resolved = value;
    }

    /// <summary>Ids of the run-time mutes that hold now; they may end at any moment.</summary>
    public IReadOnlyList<string> MutedBy { get; init; } = [];

    /// <summary>By destination name, of all there are: one that is not told of this thing any more may still be owed something.</summary>
    public IReadOnlyDictionary<string, DestinationTerms> Terms { get; init; } = new Dictionary<string, DestinationTerms>();

    /// <summary>Names of all destinations there are; null: not known.</summary>
    public IReadOnlyList<string>? Known { get; init => field = Anew(value); }

    /// <summary>The sources whose things somebody can be asked about.</summary>
    public IReadOnlyList<EventSource> Verifiable { get; init; } = [];

    /// <summary>The longest that a first verdict waits for what we may not know yet; zero: it does not.</summary>
    public TimeSpan MaxHold { get; init; } = PresenceOptions.DefaultMaxHold;

    /// <summary>What this silo may not know at the moment.</summary>
    public IngestProgress Blind { get; init; } = IngestProgress.None;

    public DestinationTerms TermsOf(string destination) => Terms.GetValueOrDefault(destination, DestinationTerms.Default);

    /// <summary>For people: who decides.</summary>
    public string? Source => Override is null ? Match : "override";

    public bool TellsNobody => Policy.Muted || MutedBy.Count > 0 || Policy.Notify.Count == 0;

    /// <summary>The same facts, with the policy as it is with what is set for the thing itself.</summary>
    public RuleContext With(PolicySettings? set) => _resolved is not null && ReferenceEquals(set, Override) ? this
        : this with { Override = set, Policy = PolicyFields.Resolve(Settings, Match, set, Known) };

    /// <summary>What the policy is made of has changed.</summary>
    private T Anew<T>(T value)
    {
        _resolved = null;
        return value;
    }
}
