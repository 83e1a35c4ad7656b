using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Tests.Presence;

/// <summary>One thing and the bare rules: a test reads as what happened, minute by minute.</summary>
internal sealed class Story
{
    public static readonly DateTimeOffset Start = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    /// <summary>As the settings have it.</summary>
    public PolicySettings Policy { get; set; } = PolicyFields.Defaults with { Notify = ["mail"] };

    public RuleContext Context { get; set; } = new() { ThingName = "rpi-1" };

    public RuleContext Rules => Context with { Settings = Policy };

    public DeviceState State { get; set; } = new();

    public DateTimeOffset Now { get; private set; } = Start;

    public PresenceDecision Last { get; private set; } = null!;

    public PresenceStatus Status => PresenceRules.StatusOf(State, Rules, Now);

    public DateTimeOffset? NextLook => PresenceRules.NextLook(State, Rules, Now);

    public IReadOnlyList<string> Sent => [.. Sends.Select(send => $"{send.Notification.Event.Name()} to {send.Destination}")];

    public IReadOnlyList<PresenceEffect.Send> Sends => [.. Last.Effects.OfType<PresenceEffect.Send>()];

    public bool AsksVerifier => Last.Effects.OfType<PresenceEffect.AskVerifier>().Any();

    public Story After(TimeSpan wait)
    {
        Now += wait;
        return this;
    }

    public PresenceReason Do(PresenceInput input)
    {
        Last = PresenceRules.Apply(State, input, Rules, Now);
        State = Last.State;
        return Last.Reason;
    }

    public PresenceReason Tick() => Do(new PresenceInput.Tick());

    public PresenceReason Change(ConnectionChange change) => Do(new PresenceInput.Changed(change));

    public PresenceReason Lifecycle(
        bool connected, long? number, string? session = null, TimeSpan stampedEarlier = default, string? reason = null,
        TimeSpan sentEarlier = default,
        string? client = null) =>
        Change(new ConnectionChange(
            connected, number is null ? ChangeKind.LifecycleTime : ChangeKind.Lifecycle, EventSource.Queue,
            Now - stampedEarlier - sentEarlier, Now - sentEarlier)
        {
            Number = number,
            SessionIdentifier = session,
            ClientId = client,
            DisconnectReason = connected ? null : reason ?? "CONNECTION_LOST",
        });

    public PresenceReason Shadow(bool connected, long version, DateTimeOffset? stamp = null, bool unchanged = false, string? name = null) =>
        Change(new ConnectionChange(connected, ChangeKind.Shadow, EventSource.Queue, stamp ?? Now, Now)
        {
            Number = version,
            SaysUnchanged = unchanged,
            ShadowName = name,
        });

    public PresenceReason Timed(bool connected, DateTimeOffset? stamp = null, EventSource source = EventSource.Http) =>
        Change(new ConnectionChange(connected, ChangeKind.Time, source, stamp ?? Now, Now));

    /// <summary>Over HTTP, without a time.</summary>
    public PresenceReason Says(bool connected, TimeSpan waited = default) =>
        Change(new ConnectionChange(connected, ChangeKind.Time, EventSource.Http, Now - waited, Now - waited) { HappensNow = true });

    public PresenceReason Broker(bool connected, long sequence, long start = 1) =>
        Change(new ConnectionChange(connected, ChangeKind.Broker, EventSource.Broker, Now, Now) { Number = sequence, BrokerStart = start });

    public PresenceReason Verified(VerifierVerdict verdict, DateTimeOffset? changedAt = null, long? version = null) =>
        Do(new PresenceInput.Verified(State.Outage?.Id ?? "none", new VerifierAnswer(verdict, changedAt, version)));

    /// <summary>What AWS says about the thing's clients.</summary>
    /// <param name="askedAt">Default: now.</param>
    public PresenceReason Connections(DateTimeOffset? askedAt, params ClientAnswer[] clients) => Do(new PresenceInput.Verified(
        State.Outage?.Id ?? "none", VerifierAnswer.OfClients(clients, askedAt ?? Now)));

    public PresenceReason Connections(params ClientAnswer[] clients) => Connections(null, clients);

    public PresenceReason Audited(VerifierVerdict verdict, DateTimeOffset? changedAt = null, long? version = null, string? name = null) =>
        Do(new PresenceInput.Audited(new VerifierAnswer(verdict, changedAt, version, name)));

    public PresenceReason Imported(VerifierAnswer answer, string? by = null) => Do(new PresenceInput.Imported(answer, by));

    public PresenceReason Answered(DeliveryOutcome outcome, NotificationEvent notificationEvent = NotificationEvent.DeviceOffline,
        string to = "mail", string? outage = null, int sequence = 0) =>
        Do(new PresenceInput.Answered(
            outage ?? State.Outage?.Id ?? State.Owing[0].Id, notificationEvent, sequence, to, new DeliveryAnswer(outcome)));

    /// <summary>AWS IoT refuses so many attempts to connect, one a second, up to now. No rule is applied.</summary>
    public Story Refused(int times = 1, string? reason = "AUTHORIZATION_FAILED", TimeSpan stampedEarlier = default)
    {
        State = ConnectFailureRules.Count(State,
        [
            .. Enumerable.Range(1 - times, times).Select(second => Now.AddSeconds(second))
                .Select(at => new ConnectFailure(at - stampedEarlier, at, reason)),
        ]);
        return this;
    }

    public PresenceReason Set(PolicySettings? settings, string? by = null) => Do(new PresenceInput.PolicySet(settings, by));

    public PresenceReason MuteChanged(bool isSet, string? by) => Do(new PresenceInput.MuteChanged(isSet, by));

    /// <summary>Away for longer than its grace, told, accepted.</summary>
    public Story Told()
    {
        Timed(connected: false);
        After(Rules.Policy.Grace).Tick();
        foreach (var destination in Rules.Policy.Notify) Answered(DeliveryOutcome.Accepted, to: destination);
        return this;
    }

    /// <summary>The activation died and another one loaded what was stored.</summary>
    public Story Crash()
    {
        State = System.Text.Json.JsonSerializer.Deserialize<DeviceState>(
            System.Text.Json.JsonSerializer.Serialize(State, Grains.State.DeviceStateJson.Options), Grains.State.DeviceStateJson.Options)!;
        return this;
    }
}
