using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Silo.Events.Sqs.Horizons;

[KeepAlive]
internal sealed class HorizonGrain([FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time, SqsOptions options) : Grain, IHorizonGrain
{
    private readonly ClusterHorizon _cluster = new(ConsumerHorizon.HiddenFor(options), time.GetUtcNow());

    public Task<Horizon> Report(string silo, Horizon own)
    {
        var now = time.GetUtcNow();
        _cluster.Report(silo, own, now);
        return Task.FromResult(_cluster.At(now));
    }
}
