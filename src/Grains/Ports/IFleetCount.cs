namespace IoTOrleans.Grains.Ports;

/// <summary>How many things are known, for "1,995 of 2,000". Asked once for each notification of an incident.</summary>
public interface IFleetCount
{
    /// <returns>Null: not known.</returns>
    ValueTask<int?> Count(CancellationToken cancellationToken);
}
