using IoTOrleans.Grains.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace IoTOrleans.Silo.Logging;

/// <summary>
/// One line for each log entry, with the time in UTC, and without the stacks of <see cref="PeerTrouble"/>. Whatever an entry quotes cannot
/// control the terminal that shows it, look like another line, or fill the disk.
/// </summary>
internal sealed class LogLines(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "lines";

    /// <summary>Characters. Both ends are kept.</summary>
    private const int LongestMessage = 4000;

    /// <summary>Enough for the exception with those inside it.</summary>
    private const int LongestException = 8000;

    private static readonly string[] Levels = ["trce", "dbug", "info", "warn", "fail", "crit"];

    internal bool Silent { get; set; }

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        if (Silent) return;
        var isPeerTrouble = PeerTrouble.IsIt(logEntry.Exception);
        if (isPeerTrouble && PeerTrouble.IsToldByOthers(logEntry.Category)) return;
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        if (PeerTrouble.IsLostCall(logEntry.Category, message)) return;
        textWriter.Write(time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
        textWriter.Write($" {Levels[Math.Min((int)logEntry.LogLevel, Levels.Length - 1)]}: ");
        textWriter.Write(OneLine($"{logEntry.Category} {message}", LongestMessage));
        if (logEntry.Exception is { } exception)
            textWriter.Write($" {OneLine(isPeerTrouble ? exception.FirstLine() : exception.ToString(), LongestException)}");
        textWriter.Write(Environment.NewLine);
    }

    private static string OneLine(string text, int longest)
    {
        var visible = Characters.Visible(text.ReplaceLineEndings(" "));
        return visible.Length <= longest ? visible : Characters.Shorten(visible, longest);
    }
}
