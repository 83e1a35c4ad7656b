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
internal sealed class WatchedThings(IGrainFactory grains, ThingFilter watched) : IConnectionChangeSink
{
    public Task<PresenceReason> Report(string thingName, ConnectionChange change) => watched.Watches(thingName)
        ? grains.GetGrain<IDeviceGrain>(thingName).Report(change)
        : Task.FromResult(PresenceReason.NotWatched);

    public Task<int> Report(string thingName, IReadOnlyList<ConnectFailure> failures) => watched.Watches(thingName)
        ? grains.GetGrain<IDeviceGrain>(thingName).ConnectFailed(failures)
        : Task.FromResult(0);
}
