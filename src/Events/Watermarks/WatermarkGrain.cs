using IoTOrleans.Events.Sqs;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Events.Watermarks;

/// <summary>One for each queue; the key is its URL. In memory only: what it knows is worth nothing a minute later.</summary>
[Alias("IoTOrleans.IHorizonGrain")]
internal interface IWatermarkGrain : IGrainWithStringKey
{
    /// <param name="silo">Who reports how far it has read.</param>
    /// <returns>How far the cluster has.</returns>
    [Alias("Report")]
    Task<Watermark> Report(string silo, Watermark own);
}

[KeepAlive, GrainType("horizon")]
internal sealed class WatermarkGrain([FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time, SqsOptions options)
    : Grain, IWatermarkGrain
{
    private readonly ClusterWatermark _cluster = new(ConsumerWatermark.HiddenFor(options), time.GetUtcNow());

    public Task<Watermark> Report(string silo, Watermark own)
    {
        var now = time.GetUtcNow();
        _cluster.Report(silo, own, now);
        return Task.FromResult(_cluster.At(now));
    }
}
