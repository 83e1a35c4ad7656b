using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Observing;

/// <summary>Makes decisions visible: a metric by reason, a log line for each change of status.</summary>
internal sealed partial class PresenceObserver(
    GrainMetrics metrics, OneWayFeedWarning feed, DeferredVerdicts deferred, MadeUpNamesWarning names, ILogger<PresenceObserver> logger)
{
    public void Decided(
        string thingName, PresenceInput input, PresenceDecision decision, DeviceState before, RuleContext context, DateTimeOffset now)
    {
        var reason = ReasonTexts.NameOf(decision.Reason);
        metrics.Decided(decision.Reason);
        if (decision.State.Suppressed > before.Suppressed) metrics.Suppressed(decision.Reason);
        feed.Note(before, decision, input);
        deferred.Note(thingName, decision.State, now);
        names.Note(thingName, decision.Reason);
        if (decision.State.Flapping is [.., { CalmSince: null } flapping] && before.Flapping.All(known => known.Since != flapping.Since))
        {
            metrics.Decided(PresenceReason.FlappingBegan);
            LogFlapping(thingName, flapping.Drops, flapping.Since);
        }

        var (from, to) = (PresenceRules.StatusOf(before, context, now), PresenceRules.StatusOf(decision.State, context, now));
        if (from == to) LogDecided(thingName, to, reason);
        else if (IsTold(from) || IsTold(to)) LogToldChanged(thingName, from, to, reason, (decision.State.Outage ?? before.Outage)?.Id);
        else LogChanged(thingName, from, to, reason);
    }

    /// <summary>Short drops of a whole fleet must not fill the log.</summary>
    private static bool IsTold(PresenceStatus status) => status is PresenceStatus.Offline or PresenceStatus.Recovering;

    [LoggerMessage(LogLevel.Information, "{ThingName}: {From} -> {To} ({Reason}), outage {OutageId}")]
    private partial void LogToldChanged(string thingName, PresenceStatus from, PresenceStatus to, string reason, string? outageId);

    [LoggerMessage(LogLevel.Debug, "{ThingName}: {From} -> {To} ({Reason})")]
    private partial void LogChanged(string thingName, PresenceStatus from, PresenceStatus to, string reason);

    [LoggerMessage(LogLevel.Information, "{ThingName}: flapping, {Drops} drops since {Since:O}")]
    private partial void LogFlapping(string thingName, int drops, DateTimeOffset since);

    [LoggerMessage(LogLevel.Debug, "{ThingName}: stays {Status} ({Reason})")]
    private partial void LogDecided(string thingName, PresenceStatus status, string reason);
}
