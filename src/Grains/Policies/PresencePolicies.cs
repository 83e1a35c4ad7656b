namespace IoTOrleans.Grains.Policies;

/// <summary>The policy of each thing, by the settings.</summary>
internal sealed class PresencePolicies
{
    private readonly List<(Glob? Match, RuleContext Context)> _contexts;

    public PresencePolicies(
        IOptions<PresenceOptions> options, IEnumerable<INotificationDestination> destinations, IEnumerable<IConnectionVerifier> verifiers)
    {
        var (presence, terms) = (
            options.Value, destinations.ToDictionary(destination => destination.Name, destination => destination.Terms));
        _contexts = [.. presence.Policies.Select(policy => Of(policy.Match, policy.Policy.Over(presence.Policy))),
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

    /// <summary>Without the override of the thing.</summary>
    public RuleContext For(string thingName)
    {
        var name = new NameInParts(thingName);
        return _contexts.First(one => one.Match?.Matches(name) != false).Context with { ThingName = thingName };
    }
}
