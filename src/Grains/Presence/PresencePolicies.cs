using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using Microsoft.Extensions.Options;

namespace IoTOrleans.Grains.Presence;

/// <summary>Which policy holds for which thing.</summary>
internal sealed class PresencePolicies(
    IOptions<PresenceOptions> options, IEnumerable<INotificationDestination> destinations, IEnumerable<IConnectionVerifier> verifiers)
{
    private readonly PresenceOptions _options = options.Value;
    private readonly IReadOnlyList<string> _allDestinations = [.. destinations.Select(destination => destination.Name)];
    private readonly IReadOnlyDictionary<string, DestinationTerms> _terms = destinations.ToDictionary(d => d.Name, d => d.Terms);
    private readonly IReadOnlyList<EventSource> _verifiable =
        [.. Enum.GetValues<EventSource>().Where(source => verifiers.Any(verifier => verifier.Covers(source)))];

    public PresencePolicy For(string thingName)
    {
        var match = _options.Policies.FirstOrDefault(policy => Glob.Matches(policy.Match, thingName));
        return new PresencePolicy
        {
            ThingName = thingName,
            Match = match?.Match,
            Grace = match?.Grace ?? _options.Grace,
            SettleTime = match?.SettleTime ?? _options.SettleTime,
            RecoveryHold = match?.RecoveryHold ?? _options.RecoveryHold,
            RecheckEvery = match?.RecheckEvery ?? _options.RecheckEvery,
            RepeatInterval = match?.RepeatInterval ?? _options.RepeatInterval,
            NotifyRecovery = match?.NotifyRecovery ?? _options.NotifyRecovery,
            NotifyFlapping = match?.NotifyFlapping ?? _options.NotifyFlapping,
            Muted = match?.Muted ?? false,
            MaxHold = _options.MaxHold,
            Destinations = match?.Notify ?? _allDestinations,
            Terms = _terms,
            Known = _allDestinations,
            Verifiable = _verifiable,
        };
    }
}
