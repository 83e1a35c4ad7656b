using Orleans.Messaging;

namespace IoTOrleans.DynamoDB.Membership;

/// <summary>Tells a client which silos it can talk to.</summary>
internal sealed class DynamoDBGatewayListProvider(string cluster, DynamoDBTable table, TimeSpan maxStaleness) : IGatewayListProvider
{
    public TimeSpan MaxStaleness => maxStaleness;

    public bool IsUpdatable => true;

    /// <summary>Reads once, so that a wrong table or region fails the start of the client.</summary>
    public Task InitializeGatewayListProvider() => table.Read(VersionItem.Key(cluster));

    public async Task<IList<Uri>> GetGateways() =>
        [.. (await MembershipSnapshot.Read(table, cluster)).Silos.Select(MembershipItem.ToEntry)
            .Where(silo => silo.Status == SiloStatus.Active && silo.ProxyPort > 0)
            .Select(silo => (Silo: silo.SiloAddress, Port: silo.ProxyPort))
            .Select(gateway => SiloAddress.New(gateway.Silo.Endpoint.Address, gateway.Port, gateway.Silo.Generation).ToGatewayUri())];
}
