namespace IoTOrleans.Grains.Fleet;

/// <summary>For the texts of incidents.</summary>
internal sealed class FleetCount(IGrainFactory grains) : IFleetCount
{
    public async ValueTask<int?> Count(CancellationToken cancellationToken) =>
        await grains.GetGrain<IFleetGrain>(0).Counts().WaitAsync(cancellationToken) is { Complete: true, Total: var total } ? total : null;
}
