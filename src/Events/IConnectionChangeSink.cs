using IoTOrleans.Grains.Policies;

namespace IoTOrleans.Events;

/// <summary>Takes the connection changes of all sources.</summary>
internal interface IConnectionChangeSink
{
    /// <summary>
    /// Returns when the change and what follows from it are stored. Throws when they are not: then nothing happened, and the same change
    /// may be reported again.
    /// </summary>
    Task<PresenceReason> Report(string thingName, ConnectionChange change);
}

/// <summary>Reports to the grains of the things that are watched at all; changes of other things go no further.</summary>
internal sealed class WatchedThings(IGrainFactory grains, ThingFilter watched) : IConnectionChangeSink
{
    public Task<PresenceReason> Report(string thingName, ConnectionChange change) => watched.Watches(thingName)
        ? grains.GetGrain<IDeviceGrain>(thingName).Report(change)
        : Task.FromResult(PresenceReason.NotWatched);
}
