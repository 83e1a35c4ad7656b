using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace IoTOrleans.Events.Machine;

/// <summary>
/// What counts as one address: an IPv4 address (also where it is written as an IPv6 one), or the /64 of an IPv6 address, because whoever
/// has one address of it has all.
/// </summary>
internal readonly record struct ClientAddress(UInt128 Bits, bool IsLoopback)
{
    private const int V4Prefix = 0xFFFF;

    private static readonly ClientAddress UnixSocket = new(default, IsLoopback: true);

    public static ClientAddress Of(EndPoint? client) => client switch
    {
        IPEndPoint ip => Of(ip.Address),
        UnixDomainSocketEndPoint => UnixSocket,
        _ => default,
    };

    /// <param name="address">Null, as ASP.NET Core has it: a Unix socket.</param>
    public static ClientAddress Of(IPAddress? address)
    {
        if (address is null) return UnixSocket;
        address = Plain(address);
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var written);
        if (written == 4) return new((UInt128)V4Prefix << 32 | BinaryPrimitives.ReadUInt32BigEndian(bytes), IPAddress.IsLoopback(address));
        return IPAddress.IsLoopback(address)
            ? new(1, IsLoopback: true) : new((UInt128)BinaryPrimitives.ReadUInt64BigEndian(bytes) << 64, IsLoopback: false);
    }

    /// <summary>An IPv4 address, where a socket for both writes it as an IPv6 one.</summary>
    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    /// <summary>For the log.</summary>
    public override string ToString()
    {
        if (Bits == 0) return IsLoopback ? "a Unix socket" : "an unknown address";
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Bits);
        var address = Plain(new IPAddress(bytes));
        return address.AddressFamily == AddressFamily.InterNetwork || IsLoopback ? address.ToString() : $"{address}/64";
    }
}
