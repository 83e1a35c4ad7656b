using System.Net;
using System.Net.Sockets;
using System.Text;
using IoTOrleans.Testing.Mqtt;

namespace IoTOrleans.Silent;

/// <summary>Asks again and again, each time on a new connection, and takes down how long the answer took.</summary>
internal sealed class Probe(string what, TimeSpan every, Func<Task<bool>> ask, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly byte[] Live = "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray();

    public string What => what;

    public static Probe Thing(string what, IPEndPoint broker, TimeProvider time)
    {
        var number = 0;
        return new(what, TimeSpan.FromSeconds(2), () => Connects(broker, $"{what.Replace(' ', '-')}-{++number}"), time);
    }

    public static Probe Health(string what, IPEndPoint http, TimeProvider time) =>
        new(what, TimeSpan.FromSeconds(1), () => IsLive(http), time);

    public async Task<Times> Run(TimeSpan duration)
    {
        var (taken, failed, began) = (new List<TimeSpan>(), 0, time.GetTimestamp());
        while (time.GetElapsedTime(began) < duration)
        {
            var asked = time.GetTimestamp();
            if (await Answers()) taken.Add(time.GetElapsedTime(asked));
            else failed++;
            var wait = every - time.GetElapsedTime(asked);
            if (wait > TimeSpan.Zero) await Task.Delay(wait, time);
        }

        taken.Sort();
        return new(taken, failed);
    }

    public async Task<bool> Answers()
    {
        try
        {
            return await ask().WaitAsync(Patience, time);
        }
        catch (Exception exception) when (exception is SocketException or IOException or TimeoutException)
        {
            return false;
        }
    }

    private static async Task<bool> Connects(IPEndPoint broker, string clientId)
    {
        using var socket = await Open(broker);
        await socket.SendAsync(RawClient.Packet(
            0x10,
            [
                0, 4, .. "MQTT"u8, 4, 0xC2, 0, 60, 0, (byte)clientId.Length, .. Encoding.UTF8.GetBytes(clientId),
                0, 6, .. Encoding.UTF8.GetBytes(SilentRun.Username), 0, 8, .. Encoding.UTF8.GetBytes(SilentRun.Password),
            ]));
        var answer = new byte[4];
        return await socket.ReceiveAsync(answer) == 4 && answer is [0x20, 2, 0, 0];
    }

    private static async Task<bool> IsLive(IPEndPoint http)
    {
        using var socket = await Open(http);
        await socket.SendAsync(Live);
        var answer = new byte[4096];
        var count = await socket.ReceiveAsync(answer);
        return Encoding.ASCII.GetString(answer, 0, count).StartsWith("HTTP/1.1 200", StringComparison.Ordinal);
    }

    private static async Task<Socket> Open(IPEndPoint to)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(to);
        return socket;
    }
}

/// <param name="Taken">Shortest first.</param>
internal sealed record Times(List<TimeSpan> Taken, int Failed)
{
    public TimeSpan? Median => Taken.Count > 0 ? Taken[Taken.Count / 2] : null;

    public TimeSpan? Worst => Taken.Count > 0 ? Taken[^1] : null;
}
