using System.Diagnostics.Metrics;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Dispatch;

/// <summary>Makes decisions visible: a metric by reason, a log line for every change of status.</summary>
internal sealed partial class PresenceObserver
{
    private readonly ILogger _logger;
    private readonly FeedWatch _feed;
    private readonly DeferredVerdicts _held;
    private readonly StrangerWatch _strangers;
    private readonly Counter<long> _decisions;

    public PresenceObserver(
        IMeterFactory meters, FeedWatch feed, DeferredVerdicts held, StrangerWatch strangers, ILogger<PresenceObserver> logger)
    {
        (_logger, _feed, _held, _strangers) = (logger, feed, held, strangers);
        _decisions = meters.Create("IoTOrleans").CreateCounter<long>("iot_orleans.decisions", description: "Presence decisions by reason.");
    }

    public void Decided(
        string thingName, PresenceInput input, PresenceDecision decision, DeviceState before, RuleContext context, DateTimeOffset now)
    {
        var reason = ReasonTexts.NameOf(decision.Reason);
        _decisions.Add(1, new KeyValuePair<string, object?>("reason", reason));
        _feed.Note(before, decision, input);
        _held.Note(thingName, decision.State, now);
        _strangers.Note(thingName, decision);
        if (decision.State.Flapping is [.., { CalmSince: null } flapping] && before.Flapping.All(known => known.Since != flapping.Since))
        {
            _decisions.Add(1, new KeyValuePair<string, object?>("reason", ReasonTexts.NameOf(PresenceReason.FlappingBegan)));
            LogFlapping(thingName, flapping.Drops, flapping.Since);
        }

        var (from, to) = (PresenceRules.StatusOf(before, context, now), PresenceRules.StatusOf(decision.State, context, now));
        if (from == to) LogDecided(thingName, to, reason);
        else if (IsTold(from) || IsTold(to)) LogToldChanged(thingName, from, to, reason, (decision.State.Outage ?? before.Outage)?.Id);
        else LogChanged(thingName, from, to, reason);
    }

    /// <summary>A fleet's blips are kept quiet in the log, too.</summary>
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
