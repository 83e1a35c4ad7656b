using IoTOrleans.Grains.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace IoTOrleans.Silo.Logging;

/// <summary>
/// One line for each log entry, without the stacks of <see cref="PeerTrouble"/>. Whatever an entry quotes cannot control the terminal that
/// shows it, look like another line, or fill the disk.
/// </summary>
internal abstract class LogWriter(string formatterName) : ConsoleFormatter(formatterName)
{
    /// <summary>Characters. Both ends are kept.</summary>
    private const int LongestMessage = 4000;

    /// <summary>Enough for the exception with those inside it.</summary>
    private const int LongestException = 8000;

    internal bool Silent { get; set; }

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        if (Silent) return;
        var isPeerTrouble = PeerTrouble.IsIt(logEntry.Exception);
        if (isPeerTrouble && PeerTrouble.IsToldByOthers(logEntry.Category)) return;
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        if (PeerTrouble.IsLostCall(logEntry.Category, message)) return;
        var exception = logEntry.Exception is not { } thrown ? null
            : OneLine(isPeerTrouble ? thrown.FirstLine() : thrown.ToString(), LongestException);
        Write(
            logEntry.LogLevel, OneLine(logEntry.Category, LongestMessage), OneLine(message, LongestMessage), exception,
            logEntry.State as IEnumerable<KeyValuePair<string, object?>> ?? [], textWriter);
        textWriter.Write(Environment.NewLine);
    }

    /// <summary>Its texts are safe to show; those of the arguments are not.</summary>
    protected abstract void Write(
        LogLevel level, string category, string message, string? exception, IEnumerable<KeyValuePair<string, object?>> arguments,
        TextWriter output);

    protected static string OneLine(string text, int longest = LongestMessage)
    {
        var visible = Characters.Visible(text.ReplaceLineEndings(" "));
        return visible.Length <= longest ? visible : Characters.Shorten(visible, longest);
    }
}
