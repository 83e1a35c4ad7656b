using System.Net.Sockets;
using System.Runtime.InteropServices;
using IoTOrleans.DynamoDB;
using IoTOrleans.Sqlite;
using Orleans.Runtime;

namespace IoTOrleans.Silo.Hosting;

/// <summary>Explains a failed start in one line with cause and remedy.</summary>
internal static class Startup
{
    internal const int Failed = 1;

    public static async Task<int> Run(Func<Task> start)
    {
        var stopping = false;
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => stopping = true);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => stopping = true);
        try
        {
            await start();

            // Not 0 if the service ended because it could not go on.
            return Environment.ExitCode;
        }
        catch (OperationCanceledException) when (stopping)
        {
            // It was told to stop before it had started.
            return 0;
        }
        catch (Exception exception) when (Explain(exception) is { } line)
        {
            return Fail(line);
        }
    }

    /// <summary>What runs instead of the service, and fails in one line, too.</summary>
    /// <returns>The exit status.</returns>
    public static async Task<int> Command(Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (Exception exception) when (ExplainCommand(exception) is { } line)
        {
            return Fail(line);
        }
    }

    public static int Fail(params IEnumerable<string> lines)
    {
        Terminal.Complain(string.Join(Environment.NewLine, lines.Distinct()));
        return Failed;
    }

    /// <summary>A command names its files itself.</summary>
    private static string? ExplainCommand(Exception exception) =>
        exception is SqliteStoreException ? exception.Message : Explain(exception);

    /// <summary>Null: not a mistake of the user, so the whole exception is shown.</summary>
    internal static string? Explain(Exception exception) => exception switch
    {
        StartupException => exception.Message,
        SqliteStoreException => $"Storage:Sqlite:Path: {exception.Message}",
        DynamoDBStoreException => $"Storage:Provider=DynamoDB: {exception.Message}",
        OrleansConfigurationException => exception.Message,
        InvalidDataException when exception.Message.StartsWith("Failed to load configuration", StringComparison.Ordinal) =>
            $"{exception.Message} {exception.GetBaseException().Message}",
        AggregateException { InnerExceptions: [var only] } => Explain(only),
        IOException { Message: var message } when message.StartsWith("Failed to bind", StringComparison.Ordinal) =>
            $"{message.TrimEnd('.')}: set ASPNETCORE_URLS or --urls to a free address, like http://127.0.0.1:8081.",
        InvalidOperationException { Source: "Microsoft.AspNetCore.Server.Kestrel.Core", Message: var message } =>
            $"ASPNETCORE_URLS or --urls: {message.Split('\n')[0].Trim()}",
        SocketException
        {
            SocketErrorCode: SocketError.AddressAlreadyInUse or SocketError.AccessDenied or SocketError.AddressNotAvailable,
            Message: var message,
        } =>
            $"A port cannot be opened ({message}): look at ASPNETCORE_URLS, Events:Mqtt:Listen and Orleans:Endpoints.",
        { InnerException: { } inner } => Explain(inner),
        _ => null,
    };
}
