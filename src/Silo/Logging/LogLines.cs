using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace IoTOrleans.Silo.Logging;

/// <summary>One line for each log entry, with the time in UTC, and without the stacks of <see cref="PeerTrouble"/>.</summary>
internal sealed class LogLines(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "lines";

    private static readonly string[] Levels = ["trce", "dbug", "info", "warn", "fail", "crit"];

    internal bool Silent { get; set; }

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        if (Silent) return;
        var isPeerTrouble = PeerTrouble.IsIt(logEntry.Exception);
        if (isPeerTrouble && PeerTrouble.IsToldByOthers(logEntry.Category)) return;
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        textWriter.Write(time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
        textWriter.Write(string.Create(CultureInfo.InvariantCulture, $" {Levels[Math.Min((int)logEntry.LogLevel, Levels.Length - 1)]}: "
            + $"{logEntry.Category} {OneLine(message)}"));
        if (logEntry.Exception is { } exception)
            textWriter.Write($" {OneLine(isPeerTrouble ? exception.FirstLine() : exception.ToString())}");
        textWriter.Write(Environment.NewLine);
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
