using IoTOrleans.Events.Sqs;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Events.Watermarks;

/// <summary>One for each queue; the key is its URL. Not stored: its knowledge is out of date after a minute.</summary>
[Alias("IoTOrleans.IHorizonGrain")]
internal interface IWatermarkGrain : IGrainWithStringKey
{
    /// <param name="own">How far the silo has read the queue.</param>
    /// <returns>How far the cluster has read it.</returns>
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
