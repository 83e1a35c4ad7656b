using Orleans.Messaging;

namespace IoTOrleans.DynamoDB.Membership;

/// <summary>Tells a client which silos it can talk to.</summary>
internal sealed class DynamoDBGatewayListProvider(string cluster, DynamoDBTable table, TimeSpan maxStaleness) : IGatewayListProvider
{
    public TimeSpan MaxStaleness => maxStaleness;

    public bool IsUpdatable => true;

    /// <summary>Asked at once, so that a wrong table or region is told where the client starts.</summary>
    public Task InitializeGatewayListProvider() => table.Read(VersionItem.Key(cluster));

    public async Task<IList<Uri>> GetGateways() =>
        [.. (await MembershipSnapshot.Read(table, cluster)).Silos.Select(MembershipItem.ToEntry)
            .Where(silo => silo.Status == SiloStatus.Active && silo.ProxyPort > 0)
            .Select(
                silo => SiloAddress.New(silo.SiloAddress.Endpoint.Address, silo.ProxyPort, silo.SiloAddress.Generation).ToGatewayUri())];
}
