using System.Net;
using System.Net.Sockets;

namespace IoTOrleans.Events.Machine;

/// <param name="Setting">The setting of the port, with its value.</param>
/// <param name="AddressSetting">The setting of the address, which may be another one.</param>
/// <param name="Remedy">What to do if the process cannot listen there.</param>
internal sealed record ListenPort(string Setting, string AddressSetting, EndPoint EndPoint, string Remedy)
{
    /// <summary>How many may wait to be accepted. One more tries again only after a second. The system may lower it (somaxconn).</summary>
    public const int Backlog = 4096;

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

/// <summary>Finds the process that listens on a port, among those that Linux shows to this user.</summary>
internal static class PortHolder
{
    private const string Unknown = "another program";
    private const string Listening = "0A";

    private static readonly string[] Tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    public static string Of(int port)
    {
        try
        {
            var sockets = Sockets(port).ToHashSet(StringComparer.Ordinal);
            return sockets.Count > 0 && Processes().FirstOrDefault(process => Holds(process, sockets)) is { } holder
                ? $"the process {Path.GetFileName(holder)} ({File.ReadAllText(Path.Combine(holder, "comm")).Trim()})" : Unknown;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Unknown;
        }
    }

    /// <summary>Named as in the links in <c>/proc/…/fd</c>.</summary>
    private static IEnumerable<string> Sockets(int port) =>
        from table in Tables
        where File.Exists(table)
        from line in File.ReadLines(table).Skip(1)
        let columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        where columns.Length > 9 && columns[3] == Listening
            && columns[1].EndsWith($":{port.ToString("X4", CultureInfo.InvariantCulture)}", StringComparison.Ordinal)
        select $"socket:[{columns[9]}]";

    private static IEnumerable<string> Processes() =>
        Directory.EnumerateDirectories("/proc")
            .Where(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out _));

    private static bool Holds(string process, HashSet<string> sockets)
    {
        try
        {
            return new DirectoryInfo(Path.Combine(process, "fd")).EnumerateFileSystemInfos()
                .Any(file => file.LinkTarget is { } target && sockets.Contains(target));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It belongs to another user, or has ended meanwhile.
            return false;
        }
    }
}
