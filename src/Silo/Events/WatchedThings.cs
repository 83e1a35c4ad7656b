using IoTOrleans.Contracts;
using IoTOrleans.Grains.Presence;
using IoTOrleans.Silo.Hosting.Settings;

namespace IoTOrleans.Silo.Events;

/// <summary>Which things are watched at all; of the others no event goes any further, whichever door it comes through.</summary>
internal sealed class WatchedThings(IConnectionChangeSink watched, ThingsSettings settings) : IConnectionChangeSink
{
    public Task<PresenceReason> Report(string thingName, ConnectionChange change) =>
        Watches(thingName) ? watched.Report(thingName, change) : Task.FromResult(PresenceReason.NotWatched);

    private bool Watches(string thingName) =>
        (settings.Include.Count == 0 || Matches(settings.Include, thingName)) && !Matches(settings.Exclude, thingName);

    private static bool Matches(IReadOnlyList<string> globs, string thingName) =>
        globs.Any(glob => Glob.Matches(glob, thingName));
}
