using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Events;

/// <summary>Which things are watched at all; of the others no event goes any further, whichever door it comes through.</summary>
/// <param name="include">Globs; empty: all.</param>
/// <param name="exclude">Globs; of those that are included.</param>
internal sealed class WatchedThings(IConnectionChangeSink watched, IReadOnlyList<string> include, IReadOnlyList<string> exclude)
    : IConnectionChangeSink
{
    public Task<PresenceReason> Report(string thingName, ConnectionChange change) =>
        Watches(thingName) ? watched.Report(thingName, change) : Task.FromResult(PresenceReason.NotWatched);

    private bool Watches(string thingName) =>
        (include.Count == 0 || Matches(include, thingName)) && !Matches(exclude, thingName);

    private static bool Matches(IReadOnlyList<string> globs, string thingName) =>
        globs.Any(glob => Glob.Matches(glob, thingName));
}
