namespace IoTOrleans.Grains.Fleet;

/// <summary>For the texts of incidents.</summary>
internal sealed class FleetCount(IGrainFactory grains, [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time) : IFleetCount
{
    /// <summary>The notification of an incident waits no longer. If the grain's silo is dead, Orleans would wait for 30 s.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async ValueTask<int?> Count(CancellationToken cancellationToken) =>
        await grains.GetGrain<IFleetGrain>(0).Counts().WaitAsync(Patience, time, cancellationToken)
            is { Complete: true, Total: var total } ? total : null;
}
