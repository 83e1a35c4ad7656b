namespace IoTOrleans.Grains.Fleet;

/// <summary>What is known of the whole fleet. There is one in the cluster: key 0.</summary>
[Alias("IoTOrleans.IFleetGrain")]
internal interface IFleetGrain : IGrainWithIntegerKey
{
    /// <summary>When it returns, the reports count. A repeat of the last batch changes nothing.</summary>
    [Alias("Report")]
    Task Report(FleetBatch batch);

    [Alias("Read")]
    Task<FleetView> Read();

    [Alias("Since")]
    Task<FleetChanges> Since(string cursor);
}
