using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd.Access;

/// <summary>A connection that says what no HTTP client would.</summary>
internal sealed class RawHttp : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<RawHttp> To(int port)
    {
        var raw = new RawHttp();
        await raw._socket.ConnectAsync(IPAddress.Loopback, port, Cancel);
        return raw;
    }

    public static string Post(string path, string headers) =>
        $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{headers}\r\n\r\n";

    public Task Send(string text) => Send(Encoding.UTF8.GetBytes(text));

    public async Task Send(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[await _socket.SendAsync(bytes, Cancel)..];
    }

    /// <summary>Everything that is said until the other end closes. A reset is no close.</summary>
    public async Task<string> ReadToEnd()
    {
        var said = new StringBuilder();
        var buffer = new byte[4096];
        while (await _socket.ReceiveAsync(buffer, Cancel) is var count and > 0) said.Append(Encoding.UTF8.GetString(buffer, 0, count));
        return said.ToString();
    }

    /// <summary>Sends the piece again each <paramref name="pause"/>, until the other end closes; then what it said.</summary>
    public async Task<string> Dribble(string piece, TimeSpan pause)
    {
        var said = ReadToEnd();
        try
        {
            while (!said.IsCompleted)
            {
                await Send(piece);
                await Task.WhenAny(said, Task.Delay(pause, TimeProvider.System, Cancel));
            }
        }
        catch (SocketException)
        {
            // Sent away; what was said before is what counts.
        }

        return await said;
    }

    public void Dispose() => _socket.Dispose();
}
