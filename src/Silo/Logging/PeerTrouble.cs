using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using IoTOrleans.Silo.Hosting.Running;
using Orleans.Runtime;

namespace IoTOrleans.Silo.Logging;

/// <summary>Finds the lines in which Orleans and Polly log a lost silo, some a second; <see cref="PeerWatch"/> logs it once.</summary>
internal static class PeerTrouble
{
    /// <summary>
    /// The only silo stops, and the grains in which Orleans' memory storage keeps everything are gone already. Memory ends with the
    /// silo, so nothing is lost by it. The caller gets an exception.
    /// </summary>
    private const string NoMemory = "No active nodes are compatible with grain memorystorage";

    /// <summary>Orleans logs each call to a lost silo that was under way, without an exception. Whoever has called gets one.</summary>
    public static bool IsLostCall(string category, string message) => category == "Orleans.Runtime.CallbackData"
        ? message.StartsWith("The target silo became unavailable", StringComparison.Ordinal) : IsLastCall(category, message);

    private static bool IsLastCall(string category, string message) => category.StartsWith("Polly", StringComparison.Ordinal)
        && message.Contains(NoMemory, StringComparison.Ordinal);

    public static bool IsToldByOthers(string category) =>
        category.StartsWith("Orleans.", StringComparison.Ordinal) || category.StartsWith("Polly", StringComparison.Ordinal);

    /// <summary>The other end of a connection is gone; a stack from this side tells nothing.</summary>
    public static bool IsIt(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is SocketException or ConnectionResetException or ConnectionAbortedException or SiloUnavailableException
                    or OrleansMessageRejectionException
                || (exception is OrleansException && exception.Message.StartsWith(NoMemory, StringComparison.Ordinal))
                || exception.GetType().FullName is "Orleans.Runtime.Messaging.ConnectionFailedException"
                    or "Orleans.Networking.Shared.SocketConnectionException")
            {
                return true;
            }
        }

        return false;
    }
}
