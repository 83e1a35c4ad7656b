using System.Net;
using System.Net.Sockets;

namespace IoTOrleans.Testing.Processes;

/// <summary>
/// Beneath the range that the system gives to outgoing connections, so that none of those takes a test's port. Test projects run side by
/// side: a file that is locked until the process ends keeps a port from the others.
/// </summary>
public static class FreePort
{
    private const int First = 21_000;
    private const int Count = 11_000;

    private static readonly string Folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "iot-orleans-test-ports")).FullName;

    private static readonly List<FileStream> Claims = [];

    private static int _last = Environment.ProcessId % Count;

    public static int Next()
    {
        lock (Claims)
        {
            for (var tried = 0; tried < Count; tried++)
            {
                var port = First + (++_last % Count);
                if (!Claim(port)) continue;
                if (IsFree(port)) return port;
            }
        }

        throw new InvalidOperationException($"No port of {First} to {First + Count - 1} is free.");
    }

    private static bool Claim(int port)
    {
        try
        {
            Claims.Add(new(Path.Combine(Folder, $"{port}"), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None));
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
