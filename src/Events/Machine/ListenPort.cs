using System.Net;
using System.Net.Sockets;

namespace IoTOrleans.Events.Machine;

/// <summary>A listen address of this process.</summary>
/// <param name="Setting">The setting of the port, with its value.</param>
/// <param name="AddressSetting">The setting of the address, which may be another one.</param>
/// <param name="Remedy">What to do if the process cannot listen there.</param>
internal sealed record ListenPort(string Setting, string AddressSetting, EndPoint EndPoint, string Remedy)
{
    private int Port => EndPoint is IPEndPoint ip ? ip.Port : 0;

    public bool Meets(ListenPort other) => EndPoint is IPEndPoint mine && other.EndPoint is IPEndPoint its
        ? mine.Port != 0 && mine.Port == its.Port && (mine.Address.Equals(its.Address) || IsAny(mine.Address) || IsAny(its.Address))
        : EndPoint.Equals(other.EndPoint);

    /// <summary>Binds for a moment, without accepting anybody. Null: the process can listen there.</summary>
    public string? Trouble()
    {
        var tcp = EndPoint is IPEndPoint;
        if (tcp && Port == 0) return null;
        using var socket = new Socket(EndPoint.AddressFamily, SocketType.Stream, tcp ? ProtocolType.Tcp : ProtocolType.Unspecified);
        try
        {
            socket.Bind(EndPoint);
            return null;
        }
        catch (SocketException exception)
        {
            return Explain(exception);
        }
    }

    public string Explain(Exception exception) => (exception as SocketException)?.SocketErrorCode switch
    {
        null or SocketError.AddressAlreadyInUse when EndPoint is UnixDomainSocketEndPoint =>
            $"{Setting}: the socket exists already: another program listens on it, or left it behind when it was killed. Stop that "
                + $"program, delete the file, or {Remedy}.",
        null or SocketError.AddressAlreadyInUse => $"{Setting}: the port is taken by {PortHolder.Of(Port)}. Stop it, or {Remedy}.",
        SocketError.AccessDenied when EndPoint is UnixDomainSocketEndPoint =>
            $"{Setting}: this user may not make a socket in {Folder}: {Remedy}.",
        SocketError.AccessDenied => $"{Setting}: this user may not open port {Port}, those below 1024 need a privilege: {Remedy}.",
        _ when EndPoint is UnixDomainSocketEndPoint && !Directory.Exists(Folder) =>
            $"{Setting}: the folder {Folder} is not there: make it, or {Remedy}.",
        SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported =>
            $"{AddressSetting}: {(EndPoint as IPEndPoint)?.Address} is not an address of this machine: "
                + "say one that is, 127.0.0.1, or 0.0.0.0 for all.",
        _ => $"{Setting}: it cannot be opened ({exception.Message.TrimEnd('.')}): {Remedy}.",
    };

    private string? Folder => Path.GetDirectoryName(EndPoint.ToString());

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
