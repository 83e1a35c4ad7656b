using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace IoTOrleans.Silo.Logging;

/// <summary>
/// A log entry is a line of the console, exceptions included, with the time in UTC. As the framework's own formatter writes them, but for
/// what a lost connection makes others say (<see cref="PeerTrouble"/>): it has no stack worth reading.
/// </summary>
internal sealed class LogLines(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "lines";

    internal bool Silent { get; set; }

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        if (Silent) return;
        var isPeerTrouble = PeerTrouble.IsIt(logEntry.Exception);
        if (isPeerTrouble && PeerTrouble.IsToldByOthers(logEntry.Category)) return;
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        textWriter.Write(time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
        textWriter.Write(string.Create(CultureInfo.InvariantCulture, $" {Level(logEntry.LogLevel)}: "
            + $"{logEntry.Category} {OneLine(message)}"));
        if (logEntry.Exception is { } exception)
            textWriter.Write($" {OneLine(isPeerTrouble ? exception.FirstLine() : exception.ToString())}");
        textWriter.Write(Environment.NewLine);
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    private static string Level(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        _ => "crit",
    };
}
