using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace IoTOrleans.Testing.Mqtt;

/// <summary>A socket and whatever bytes one likes.</summary>
public sealed class RawClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TcpClient _tcp;

    private RawClient(IPAddress? from) =>
        _tcp = new(new IPEndPoint(from ?? IPAddress.Any, 0)) { NoDelay = true };

    public NetworkStream Stream => _tcp.GetStream();

    /// <param name="from">An address of this machine, like 127.0.0.2; null: as the system chooses.</param>
    public static async Task<RawClient> To(int port, IPAddress? from = null)
    {
        var client = new RawClient(from);
        await client._tcp.ConnectAsync("127.0.0.1", port, TestContext.Current.CancellationToken);
        return client;
    }

    /// <summary>An MQTT 3.1.1 CONNECT with a clean session and no user.</summary>
    public static byte[] Connect(string clientId, ushort keepAlive = 0, byte flags = 2, byte level = 4) =>
        Connect(Encoding.UTF8.GetBytes(clientId), keepAlive, flags, level);

    public static byte[] Connect(byte[] clientId, ushort keepAlive = 0, byte flags = 2, byte level = 4)
    {
        byte[] body =
        [
            0, 4, (byte)'M', (byte)'Q', (byte)'T', (byte)'T', level, flags, (byte)(keepAlive >> 8), (byte)keepAlive,
            .. level == 5 ? (byte[])[0] : [],
            (byte)(clientId.Length >> 8), (byte)clientId.Length, .. clientId,
        ];
        return Packet(0x10, body);
    }

    public static byte[] Packet(byte first, byte[] body) => [first, .. Length(body.Length), .. body];

    public static byte[] Length(int length)
    {
        var bytes = new List<byte>();
        do
        {
            var more = length >> 7;
            bytes.Add((byte)((length & 0x7F) | (more > 0 ? 0x80 : 0)));
            length = more;
        }
        while (length > 0);
        return [.. bytes];
    }

    public ValueTask Send(params byte[] bytes) => Stream.WriteAsync(bytes, TestContext.Current.CancellationToken);

    public async Task<byte[]> Read(int count)
    {
        var bytes = new byte[count];
        await Stream.ReadExactlyAsync(bytes, TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience);
        return bytes;
    }

    /// <summary>Whatever still comes until the broker closes the connection.</summary>
    public async Task<byte[]> ReadToEnd()
    {
        var bytes = new MemoryStream();
        try
        {
            await Stream.CopyToAsync(bytes, TestContext.Current.CancellationToken).WaitAsync(Patience);
        }
        catch (IOException)
        {
            // Reset: closed while we were still sending.
        }

        return bytes.ToArray();
    }

    public void Dispose() => _tcp.Dispose();
}
