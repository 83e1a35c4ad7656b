using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using IoTOrleans.Silo.Hosting.Running;
using Orleans.Runtime;

namespace IoTOrleans.Silo.Logging;

/// <summary>
/// What Orleans, and Polly within it, have to say for as long as a silo is gone and not declared dead: some lines a second, each with its
/// stack, all of them about the same. <see cref="PeerWatch"/> says it once.
/// </summary>
internal static class PeerTrouble
{
    public static bool IsToldByOthers(string category) =>
        category.StartsWith("Orleans.", StringComparison.Ordinal) || category.StartsWith("Polly", StringComparison.Ordinal);

    /// <summary>Orleans puts whole stack traces into some of its messages.</summary>
    public static string FirstLine(this Exception exception) => exception.Message.Split('\n', 2)[0].TrimEnd();

    /// <summary>Somebody at the other end of a line is gone: which line of ours was just running says nothing.</summary>
    public static bool IsIt(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is SocketException or ConnectionResetException or ConnectionAbortedException or SiloUnavailableException
                    or OrleansMessageRejectionException
                || exception.GetType().FullName is "Orleans.Runtime.Messaging.ConnectionFailedException"
                    or "Orleans.Networking.Shared.SocketConnectionException")
            {
                return true;
            }
        }

        return false;
    }
}
