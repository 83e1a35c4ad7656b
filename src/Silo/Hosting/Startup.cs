using System.Net.Sockets;
using IoTOrleans.Sqlite;

namespace IoTOrleans.Silo.Hosting;

/// <summary>Turns whatever keeps the service from starting into a line that names the cause and the remedy.</summary>
internal static class Startup
{
    internal const int Failed = 1;

    public static async Task<int> Run(Func<Task> start)
    {
        try
        {
            await start();
            return 0;
        }
        catch (Exception exception) when (Explain(exception) is { } line)
        {
            await Console.Error.WriteLineAsync(line);
            return Failed;
        }
    }

    /// <summary>Null: not a mistake of the person who started it, so that the whole exception is worth seeing.</summary>
    internal static string? Explain(Exception exception) => exception switch
    {
        StartupException or SqliteStoreException => exception.Message,
        AggregateException { InnerExceptions: [var only] } => Explain(only),
        IOException { Message: var message } when message.StartsWith("Failed to bind", StringComparison.Ordinal) =>
            $"{message.TrimEnd('.')}: set ASPNETCORE_URLS or --urls to a free address, like http://127.0.0.1:8081.",
        SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } =>
            "Another program uses the silo's port: set Orleans:Endpoints:SiloPort to a free one (each silo on a host needs its own).",
        { InnerException: { } inner } => Explain(inner),
        _ => null,
    };
}
