namespace IoTOrleans.Grains.Watching;

/// <summary>One in a cluster, with the key 0. Not stored: every silo reports again within seconds.</summary>
[Alias("IoTOrleans.ISiloReportsGrain")]
public interface ISiloReportsGrain : IGrainWithIntegerKey
{
    [Alias("Report")]
    Task Report(SiloReport report);

    [Alias("Read")]
    Task<ClusterReport> Read();
}

[KeepAlive]
[GrainType("silo-reports")]
internal sealed class SiloReportsGrain(
    ISiloStatusOracle silos, [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time) : Grain, ISiloReportsGrain
{
    private readonly SiloReports _reports = new();

    public Task Report(SiloReport report)
    {
        _reports.Add(report, time.GetUtcNow());
        return Task.CompletedTask;
    }

    public Task<ClusterReport> Read() => Task.FromResult(_reports.At(
        time.GetUtcNow(), [.. silos.GetApproximateSiloStatuses(onlyActive: true).Keys.Select(silo => silo.ToParsableString())]));
}
