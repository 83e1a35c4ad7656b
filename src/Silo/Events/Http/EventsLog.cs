using IoTOrleans.Silo.Events.Parsing;
using IoTOrleans.Silo.Logging;

namespace IoTOrleans.Silo.Events.Http;

/// <summary>The log lines about <c>POST /events</c>. While storage or another silo is gone each request fails for the same reason: one line a minute.</summary>
internal sealed partial class EventsLog(TimeProvider time, ILogger<IConnectionChangeSink> logger)
{
    private readonly LogLimit notStoredLimit = new(time, TimeSpan.FromMinutes(1));

    public void NotStored(int count, Exception exception)
    {
        if (notStoredLimit.ShouldLog(out var unlogged)) LogNotStored(count, exception.FirstLine().TrimEnd('.'), unlogged);
    }

    [LoggerMessage(101, LogLevel.Warning, "POST /events: {Refused} of {Count} events are bad, none was taken. The first, at index {Index}: {Reason}: {Detail}")]
    public partial void Refused(int refused, int count, int index, RefusalReason reason, string detail);

    [LoggerMessage(100, LogLevel.Warning, "POST /events: not all of {Count} events could be stored; the caller was told to send them again: {Why} ({Unlogged} more unlogged before).")]
    private partial void LogNotStored(int count, string why, long unlogged);
}
