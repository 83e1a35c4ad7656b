namespace IoTOrleans.Grains.Fleet;

/// <summary>Answers from memory about the whole fleet; reads no storage, and wakes no thing.</summary>
public sealed class FleetReader(IGrainFactory grains)
{
    private IFleetGrain Fleet => grains.GetGrain<IFleetGrain>(0);

    public Task<FleetView> Read(CancellationToken cancellationToken) => Fleet.Read().WaitAsync(cancellationToken);

    /// <param name="cursor">Of a view or of changes, from any silo.</param>
    public Task<FleetChanges> Since(string cursor, CancellationToken cancellationToken) =>
        Fleet.Since(cursor).WaitAsync(cancellationToken);
}
