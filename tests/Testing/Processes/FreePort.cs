using System.Net;
using System.Net.Sockets;

namespace IoTOrleans.Testing.Processes;

/// <summary>Beneath the range that the system gives to outgoing connections, so that no test takes another's.</summary>
public static class FreePort
{
    private static int _last = 21000 + (Environment.ProcessId % 500 * 20);

    public static int Next()
    {
        while (true)
        {
            var port = Interlocked.Increment(ref _last);
            try
            {
                using var probe = new TcpListener(IPAddress.Loopback, port);
                probe.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: the next one.
            }
        }
    }
}
