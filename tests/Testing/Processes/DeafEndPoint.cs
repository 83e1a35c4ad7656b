using System.Net;
using System.Net.Sockets;

namespace IoTOrleans.Testing.Processes;

/// <summary>An address as of a host that is gone: what is sent there is dropped, not refused.</summary>
public sealed class DeafEndPoint : IDisposable
{
    private const int Most = 10;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);

    private readonly List<Socket> _sockets = [];

    /// <summary>Listens and never accepts. The system drops each further attempt to connect once the queue for that is full.</summary>
    public static async Task<DeafEndPoint> At(IPEndPoint endPoint)
    {
        var deaf = new DeafEndPoint();
        var listener = deaf.NewSocket();
        listener.Bind(endPoint);
        listener.Listen(0);
        for (var connected = 0; await deaf.Connects(endPoint); connected++)
            if (connected == Most) throw new InvalidOperationException($"{endPoint} still answers after {Most} connections.");
        return deaf;
    }

    public void Dispose() => _sockets.ForEach(socket => socket.Dispose());

    private Socket NewSocket()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _sockets.Add(socket);
        return socket;
    }

    private async Task<bool> Connects(IPEndPoint endPoint)
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        try
        {
            await NewSocket().ConnectAsync(endPoint, patience.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
