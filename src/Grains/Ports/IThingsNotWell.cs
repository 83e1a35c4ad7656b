namespace IoTOrleans.Grains.Ports;

/// <summary>
/// A walk over the things for which something is left to do: all that are offline, and some that have only just come back.
/// </summary>
public interface IThingsNotWell
{
    /// <summary>Each of them once while nothing changes, in no order.</summary>
    IAsyncEnumerable<ThingNotWell> Walk(CancellationToken cancellationToken);
}

public sealed record ThingNotWell(string ThingName, DeviceState State);
