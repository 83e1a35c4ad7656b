namespace IoTOrleans.Grains.Fleet;

/// <summary>What is known of the whole fleet. There is one in the cluster: key 0.</summary>
[Alias("IoTOrleans.IFleetGrain")]
internal interface IFleetGrain : IGrainWithIntegerKey
{
    /// <summary>When it returns, the reports count. A repeat changes nothing.</summary>
    /// <returns>False: not yet. Send it again.</returns>
    [Alias("Report")]
    Task<bool> Report(FleetBatch batch);

    [Alias("Counts")]
    Task<FleetCounts> Counts();

    [Alias("Read")]
    Task<FleetView> Read();

    [Alias("Since")]
    Task<FleetChanges> Since(string cursor);
}
