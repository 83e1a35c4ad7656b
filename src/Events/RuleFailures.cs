namespace IoTOrleans.Events;

/// <summary>Warns that IoT rules fail. Their error messages bring the events, but the rules need a repair.</summary>
internal sealed partial class RuleFailures(EventMetrics metrics, TimeProvider time, ILogger<RuleFailures> logger)
{
    private readonly LogLimiter _lines = new(time);

    public void Note(EventSource source, RuleFailure failure)
    {
        metrics.RuleFailed(source);
        if (_lines.ShouldLog(out var more)) LogFailed(failure.Rule, failure.Error.TrimEnd('.'), more);
    }

    [LoggerMessage(LogLevel.Warning,
        "The IoT rule {Rule} fails, and its events come by its error action. {Error}. Look at its role and at the queue it sends to{More}")]
    private partial void LogFailed(string rule, string error, string more);
}
