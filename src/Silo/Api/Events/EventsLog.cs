using IoTOrleans.Events;
using IoTOrleans.Events.Parsing;
using IoTOrleans.Grains.Logging;
using IoTOrleans.Silo.Logging;

namespace IoTOrleans.Silo.Api.Events;

/// <summary>
/// The log lines about <c>POST /events</c>. While storage or another silo is gone each request fails for the same reason: one line a
/// minute.
/// </summary>
internal sealed partial class EventsLog(TimeProvider time, ILogger<IConnectionChangeSink> logger)
{
    private readonly LogLimiter notStored = new(time);

    public void NotStored(int count, Exception exception)
    {
        if (notStored.ShouldLog(out var more)) LogNotStored(count, exception.FirstLine().TrimEnd('.'), more);
    }

    [LoggerMessage(LogLevel.Warning, "POST /events: {Refused} of {Count} events are bad, none was taken. The "
        + "first, at index {Index}: {Reason}: {Detail}")]
    public partial void Refused(int refused, int count, int index, RefusalReason reason, string detail);

    [LoggerMessage(LogLevel.Warning, "POST /events: not all of {Count} events could be stored; the caller was "
        + "told to send them again: {Why}{More}")]
    private partial void LogNotStored(int count, string why, string more);
}
