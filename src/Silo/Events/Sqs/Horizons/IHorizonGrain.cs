using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Silo.Events.Sqs.Horizons;

/// <summary>One for each queue; the key is its URL. In memory only: what it knows is worth nothing a minute later.</summary>
[Alias("IoTOrleans.IHorizonGrain")]
internal interface IHorizonGrain : IGrainWithStringKey
{
    /// <param name="silo">Who reports how far it has read.</param>
    /// <returns>How far the cluster has.</returns>
    [Alias("Report")]
    Task<Horizon> Report(string silo, Horizon own);
}
