namespace IoTOrleans.Grains.Policies;

/// <summary>The policy of each thing, by the settings, which may change.</summary>
internal sealed class PresencePolicies
{
    private volatile List<(Glob? Match, RuleContext Context)> _contexts;

    public PresencePolicies(
        IOptionsMonitor<PresenceOptions> options, IEnumerable<INotificationDestination> destinations,
        IEnumerable<IConnectionVerifier> verifiers)
    {
        _contexts = Read(options.CurrentValue, [.. destinations], [.. verifiers]);
        options.OnChange(changed => _contexts = Read(changed, [.. destinations], [.. verifiers]));
    }

    /// <summary>Another one when the settings have changed.</summary>
    public object Edition => _contexts;

    /// <summary>Without the override of the thing.</summary>
    public RuleContext For(string thingName)
    {
        var name = new NameInParts(thingName);
        return _contexts.First(one => one.Match?.Matches(name) != false).Context with { ThingName = thingName };
    }

    private static List<(Glob? Match, RuleContext Context)> Read(
        PresenceOptions presence, IReadOnlyList<INotificationDestination> destinations, IReadOnlyList<IConnectionVerifier> verifiers)
    {
        var terms = destinations.ToDictionary(destination => destination.Name, destination => destination.Terms);
        return [.. presence.Policies.Select(policy => Of(policy.Match, policy.Policy.Over(presence.Policy))),
            Of(null, presence.Policy)];

        (Glob?, RuleContext) Of(string? match, PolicySettings settings) => (match is null ? null : Glob.Parse(match), new RuleContext
        {
            ThingName = "",
            Settings = settings,
            Match = match,
            Terms = terms,
            Known = [.. terms.Keys],
            Verifiable = [.. Enum.GetValues<EventSource>().Where(source => verifiers.Any(verifier => verifier.Covers(source)))],
            MaxHold = presence.MaxHold,
        }.With(null));
    }
}
