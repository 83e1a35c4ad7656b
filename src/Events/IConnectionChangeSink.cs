namespace IoTOrleans.Events;

/// <summary>Where every door hands in what it heard.</summary>
internal interface IConnectionChangeSink
{
    /// <summary>
    /// Returns when the change, and whatever follows from it, is stored. Throws when it is not: then nothing happened, and the
    /// same change may be handed in again.
    /// </summary>
    Task<PresenceReason> Report(string thingName, ConnectionChange change);
}

internal sealed class GrainSink(IGrainFactory grains) : IConnectionChangeSink
{
    public Task<PresenceReason> Report(string thingName, ConnectionChange change) =>
        grains.GetGrain<IDeviceGrain>(thingName).Report(change);
}
