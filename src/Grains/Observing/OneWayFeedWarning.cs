using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Observing;

/// <summary>
/// An IoT rule that selects only disconnects, as in many examples, seems to work: verifiers find the returns, minutes late. If they found
/// all returns of a day, the log says how to mend the rule.
/// </summary>
internal sealed partial class OneWayFeedWarning(
    [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time, ILogger<OneWayFeedWarning> logger)
{
    internal static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>One heal may be one lost event.</summary>
    internal const int HealsToWarn = 3;

    private readonly Lock _lock = new();
    private DateTimeOffset? _since;
    private int _heals;

    public void Note(DeviceState before, PresenceDecision decision, PresenceInput input)
    {
        var healed = decision.Reason == PresenceReason.HealedByVerifier;
        var connected = input is PresenceInput.Changed { Change.Connected: true } && before.Connected != decision.State.Connected;
        if (!healed && !connected) return;

        lock (_lock)
        {
            var now = time.GetUtcNow();
            _heals = connected ? 0 : _heals + 1;
            if (connected || _since is null) _since = now;
            if (_heals < HealsToWarn || now - _since < Day) return;
            LogOneWay(_heals);
            (_since, _heals) = (now, 0);
        }
    }

    [LoggerMessage(LogLevel.Warning, "In the last day the verifier found {Heals} returns, and no event reported one. The IoT rule seems "
        + "to select disconnects only. Select both, as in SELECT * FROM '$aws/events/presence/+/+', or for shadows SELECT topic(3) AS "
        + "thingName, current.state.reported.connected AS connected, current.metadata.reported.connected.timestamp AS timestamp, "
        + "current.version AS version FROM "
        + "'$aws/things/+/shadow/update/documents' WHERE previous.state.reported.connected <> current.state.reported.connected")]
    private partial void LogOneWay(int heals);
}
