namespace IoTOrleans.Grains.Ports;

/// <summary>How many things are known, for "1,995 of 2,000". Asked once a publication, so it should be cheap.</summary>
public interface IFleetCount
{
    /// <returns>null: not known.</returns>
    ValueTask<int?> Count(CancellationToken cancellationToken);
}
