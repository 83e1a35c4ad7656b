using System.Net;
using System.Net.Sockets;

namespace IoTOrleans.Silent;

/// <summary>
/// Opens connections, says nothing, and opens another one for each that is closed. In a process of its own, so that it takes no thread from
/// those who measure. Each second it prints how many it has opened so far. It ends with its input.
/// </summary>
internal static class Attack
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public static async Task<int> Execute(SilentOptions options, Target target)
    {
        var (http, mqtt) = (new Counter(), new Counter());
        for (var i = 0; i < options.Http; i++) _ = Renew(new IPEndPoint(target.Address, target.HttpPort), http);
        for (var i = 0; i < options.Mqtt; i++) _ = Renew(new IPEndPoint(target.Address, target.MqttPort), mqtt);

        // Console's own asynchronous read blocks.
        var end = Task.Run(Console.In.ReadToEnd);
        while (!end.IsCompleted)
        {
            await Task.WhenAny(end, Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System));
            Console.WriteLine($"{http.Opened} {http.Open} {mqtt.Opened} {mqtt.Open}");
        }

        return 0;
    }

    private static async Task Renew(IPEndPoint to, Counter counter)
    {
        var nothing = new byte[16];
        while (true)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(to);
            }
            catch (SocketException)
            {
                await Task.Delay(Pause, TimeProvider.System);
                continue;
            }

            Interlocked.Increment(ref counter.Opened);
            Interlocked.Increment(ref counter.Open);
            try
            {
                while (await socket.ReceiveAsync(nothing) > 0)
                {
                }
            }
            catch (SocketException)
            {
                // Closed by a reset.
            }

            Interlocked.Decrement(ref counter.Open);
        }
    }

    private sealed class Counter
    {
        public int Opened;

        public int Open;
    }
}
