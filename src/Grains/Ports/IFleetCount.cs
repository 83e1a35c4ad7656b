namespace IoTOrleans.Grains.Ports;

/// <summary>How many things there are and how many of them are offline, for "3 of 101". No notification depends on it.</summary>
public interface IFleetCount
{
    /// <summary>Stands for all that the things on this silo have stored until now.</summary>
    long Mark { get; }

    /// <summary>Throws only when it is cancelled, and never takes longer than two seconds.</summary>
    /// <param name="mark">What was stored before this is counted in the answer; 0: any answer of the last half second will do.</param>
    /// <returns>Null: not known.</returns>
    ValueTask<FleetNumbers?> Count(long mark, CancellationToken cancellationToken);
}

[GenerateSerializer, Immutable, Alias("IoTOrleans.FleetNumbers")]
public sealed record FleetNumbers([property: Id(0)] int Offline, [property: Id(1)] int Total);
