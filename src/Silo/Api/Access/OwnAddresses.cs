using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace IoTOrleans.Silo.Api.Access;

/// <summary>The addresses at which other machines reach this one.</summary>
internal static class OwnAddresses
{
    public static IReadOnlyList<IPAddress> Find()
    {
        try
        {
            return Usable(
                from card in NetworkInterface.GetAllNetworkInterfaces()
                where card.OperationalStatus == OperationalStatus.Up && card.NetworkInterfaceType != NetworkInterfaceType.Loopback
                let properties = card.GetIPProperties()
                from unicast in properties.UnicastAddresses
                select (unicast.Address, properties.GatewayAddresses.Count > 0));
        }
        catch (Exception exception) when (exception is NetworkInformationException or PlatformNotSupportedException or IOException
            or UnauthorizedAccessException)
        {
            // They are only shown.
            return [];
        }
    }

    /// <summary>Those that people can type: IPv4 first, and first those of a network that has a gateway.</summary>
    internal static IReadOnlyList<IPAddress> Usable(IEnumerable<(IPAddress Address, bool HasGateway)> found) =>
    [
        .. found.Where(own => IsUsable(own.Address))
            .OrderBy(own => own.Address.AddressFamily == AddressFamily.InterNetworkV6).ThenBy(own => !own.HasGateway)
            .Select(own => own.Address).Distinct(),
    ];

    /// <summary>Where others reach what listens there. Nowhere else: an address that is none of them.</summary>
    public static IEnumerable<IPAddress> Behind(IPAddress listening, IReadOnlyList<IPAddress> own)
    {
        if (listening.Equals(IPAddress.IPv6Any)) return own;
        return listening.Equals(IPAddress.Any) ? own.Where(address => address.AddressFamily == AddressFamily.InterNetwork) : [listening];
    }

    /// <summary>Where devices reach the broker: a few of the addresses.</summary>
    public static IEnumerable<IPEndPoint> OfBroker(MqttSettings mqtt, IReadOnlyList<IPAddress> own)
    {
        var listening = IPAddress.Parse(mqtt.Address);
        return Behind(listening, own).DefaultIfEmpty(listening).Take(ListenAddresses.MostShown)
            .Select(address => new IPEndPoint(address, mqtt.Port));
    }

    private static bool IsUsable(IPAddress address) =>
        !IPAddress.IsLoopback(address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any)
        && !address.IsIPv6LinkLocal && !address.IsIPv6Multicast && !IsLinkLocal(address);

    private static bool IsLinkLocal(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork
        && address.GetAddressBytes() is [169, 254, ..];
}
