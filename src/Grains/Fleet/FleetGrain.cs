namespace IoTOrleans.Grains.Fleet;

[KeepAlive]
[GrainType("fleet")]
internal sealed class FleetGrain : Grain, IFleetGrain
{
    public Task Report(FleetBatch batch) => Task.CompletedTask;

    public Task<FleetView> Read() => Task.FromResult(
        new FleetView { Cursor = "0.0", Counts = new FleetCounts(), Listed = true, Rows = [], Today = new FleetToday() });

    public Task<FleetChanges> Since(string cursor) => Task.FromResult(
        new FleetChanges { Cursor = "0.0", Fresh = true, Changes = [], Counts = new FleetCounts(), Listed = true });
}
