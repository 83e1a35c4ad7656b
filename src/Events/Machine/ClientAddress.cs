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
    public static ClientAddress Of(EndPoint? client) => client switch
    {
        IPEndPoint ip => Of(ip.Address),
        UnixDomainSocketEndPoint => new(default, IsLoopback: true),
        _ => default,
    };

    private static ClientAddress Of(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var written);
        return written == 4
            ? new((UInt128)0xFFFF << 32 | BinaryPrimitives.ReadUInt32BigEndian(bytes), IPAddress.IsLoopback(address))
            : new((UInt128)BinaryPrimitives.ReadUInt64BigEndian(bytes) << 64, IPAddress.IsLoopback(address));
    }
}
