using IoTOrleans.Grains.Policies;

namespace IoTOrleans.Events;

/// <summary>Takes the connection changes and connect failures of all sources.</summary>
internal interface IConnectionChangeSink
{
    /// <summary>
    /// Returns when the change and what follows from it are stored. Throws when they are not: then nothing happened, and the same change
    /// may be reported again.
    /// </summary>
    Task<PresenceReason> Report(string thingName, ConnectionChange change);

    /// <param name="failures">In the order of their time stamps.</param>
    /// <returns>How many of them count for a running outage.</returns>
    Task<int> Report(string thingName, IReadOnlyList<ConnectFailure> failures);
}

/// <summary>Reports to the grains of the things that are watched at all; what comes of other things goes no further.</summary>
/// <param name="include">Globs; empty: all things.</param>
/// <param name="exclude">Globs, of the included things.</param>
internal sealed class WatchedThings(IGrainFactory grains, IReadOnlyList<string> include, IReadOnlyList<string> exclude)
    : IConnectionChangeSink
{
    public Task<PresenceReason> Report(string thingName, ConnectionChange change) => Watches(thingName)
        ? grains.GetGrain<IDeviceGrain>(thingName).Report(change)
        : Task.FromResult(PresenceReason.NotWatched);

    public Task<int> Report(string thingName, IReadOnlyList<ConnectFailure> failures) => Watches(thingName)
        ? grains.GetGrain<IDeviceGrain>(thingName).ConnectFailed(failures)
        : Task.FromResult(0);

    private bool Watches(string thingName) =>
        (include.Count == 0 || Matches(include, thingName)) && !Matches(exclude, thingName);

    private static bool Matches(IReadOnlyList<string> globs, string thingName) => globs.Any(glob => Glob.Matches(glob, thingName));
}
