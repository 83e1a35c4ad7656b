using System.Net.Sockets;
using IoTOrleans.Events.Machine;

namespace IoTOrleans.Silo.Api.Access;

/// <summary>
/// A Host header that is the very address at which its connection came in needs no setting, also if the machine gets that address later:
/// DNS rebinding needs a name, and a page whose address is this one was served from here.
/// </summary>
internal static class HostHeader
{
    /// <param name="host">Without the port; IPv6 in brackets.</param>
    /// <param name="local">The connection's own end; null: it is no IP connection.</param>
    public static bool IsAddressOf(string host, IPAddress? local)
    {
        if (local is null) return false;
        local = ClientAddress.Plain(local);
        if (host is ['[', .. var inner, ']'])
            return local.AddressFamily == AddressFamily.InterNetworkV6 && IPAddress.TryParse(inner, out var v6)
                && v6.AddressFamily == AddressFamily.InterNetworkV6

                // A Host header has no zone.
                && v6.GetAddressBytes().AsSpan().SequenceEqual(local.GetAddressBytes());
        return local.AddressFamily == AddressFamily.InterNetwork && host == local.ToString();
    }
}
