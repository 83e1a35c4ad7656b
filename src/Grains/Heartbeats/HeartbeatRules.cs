using IoTOrleans.Grains.Watching;

namespace IoTOrleans.Grains.Heartbeats;

/// <summary>What is known of the pipeline. A stall needs nothing of its own: after one, all these times are old.</summary>
internal sealed record HeartbeatKnown
{
    public required string Cluster { get; init; }

    public required bool ReadsQueue { get; init; }

    /// <summary>Up to when it is known what the queue received; null: not known.</summary>
    public DateTimeOffset? SeenUntil { get; init; }

    /// <summary>There is an embedded broker, and it does not listen.</summary>
    public bool BrokerIsDown { get; init; }

    /// <summary>What the watcher says; null: it is not blind.</summary>
    public Blindness? Blindness { get; init; }

    /// <summary>When storage last took and returned something; the start, before it did.</summary>
    public required DateTimeOffset StoredAt { get; init; }

    /// <summary>When the probe reminder last ticked; null: not yet.</summary>
    public DateTimeOffset? TickedAt { get; init; }

    /// <summary>When the watcher was last heard; the start, before it was.</summary>
    public required DateTimeOffset WatcherAt { get; init; }

    /// <summary>Empty: no silo reports.</summary>
    public IReadOnlyList<DestinationReport> Destinations { get; init; } = [];

    /// <summary>Silos of the cluster that do not report.</summary>
    public IReadOnlyList<string> SilentSilos { get; init; } = [];

    /// <summary>When both were last heard; the start, before they were.</summary>
    public required DateTimeOffset ReportsAt { get; init; }
}

/// <param name="NextAt">Nothing is sent before then.</param>
/// <param name="FailedAt">When the other service was told of the running blindness; null: it was not, or there is none.</param>
internal sealed record HeartbeatState(DateTimeOffset NextAt, DateTimeOffset? FailedAt = null);

internal enum HeartbeatAct
{
    /// <summary>All is well, and the last ping is not a minute ago.</summary>
    Wait,

    Ping,

    /// <summary>Tells the reason, once for each blindness.</summary>
    Fail,

    Silence,
}

/// <param name="Reason">Of a silence or a failure: one line.</param>
internal sealed record HeartbeatDecision(HeartbeatAct Act, HeartbeatState State, string? Reason = null);

/// <summary>The rules for the heartbeat: what is known in, ping, failure or silence out. No I/O, no clock.</summary>
internal static class HeartbeatRules
{
    /// <summary>Orleans' shortest period of a reminder.</summary>
    internal static readonly TimeSpan TicksEvery = TimeSpan.FromMinutes(1);

    /// <summary>As much again for a busy cluster.</summary>
    internal static readonly TimeSpan TicksWithin = 2 * TicksEvery;

    /// <summary>What was heard of other grains counts for so long. A minute for one that moves to another silo.</summary>
    internal static readonly TimeSpan HeardWithin = TimeSpan.FromMinutes(1);

    public static HeartbeatDecision Decide(HeartbeatState state, HeartbeatKnown known, HeartbeatTerms terms, DateTimeOffset now)
    {
        var blind = WhyBlind(known, terms, now);
        if (blind is null) state = state with { FailedAt = null };
        var isDue = now >= state.NextAt;
        var sends = state with { NextAt = now + terms.Every };
        if ((blind ?? WhySilent(known, terms, now)) is not { } reason)
            return isDue ? new(HeartbeatAct.Ping, sends) : new(HeartbeatAct.Wait, state);
        return blind is not null && terms.CanFail && state.FailedAt is null && isDue
            ? new(HeartbeatAct.Fail, sends, reason) : new(HeartbeatAct.Silence, state, reason);
    }

    /// <summary>What happened to things is not known, for longer than a restart takes. Null: it is not so.</summary>
    private static string? WhyBlind(HeartbeatKnown known, HeartbeatTerms terms, DateTimeOffset now) => known switch
    {
        { Blindness: { EndedAt: null } blindness } =>
            $"{known.Cluster} is blind: what has happened to things since {blindness.Since:u} is not known; look at the queue, the storage "
            + "and the log.",
        _ when now - known.StoredAt > terms.BlindAfter =>
            $"{known.Cluster} is blind: storage has not answered since {known.StoredAt:u}; look at the storage and the log.",
        _ => null,
    };

    /// <summary>Null: the pipeline works.</summary>
    private static string? WhySilent(HeartbeatKnown known, HeartbeatTerms terms, DateTimeOffset now) => known switch
    {
        _ when now - known.StoredAt > terms.Every => $"storage has not answered since {known.StoredAt:u}",
        { TickedAt: null } => "no reminder has ticked yet",
        { TickedAt: { } ticked } when now - ticked > TicksWithin => $"no reminder has ticked since {ticked:u}",
        { ReadsQueue: true, SeenUntil: null } => "how far the queue has been read is not known",
        { ReadsQueue: true, SeenUntil: { } seen } when now - seen > WatcherRules.KnowsWithin =>
            $"the queue has been read up to {seen:u} only",
        { ReadsQueue: true } when now - known.WatcherAt > HeardWithin =>
            $"whether it is blind has not been heard since {known.WatcherAt:u}",
        { BrokerIsDown: true } => "the MQTT broker does not listen",
        _ when now - known.ReportsAt > HeardWithin => $"how the destinations are has not been heard since {known.ReportsAt:u}",
        { Destinations: [] } => "no silo says how its destinations are",
        { SilentSilos: [var silo, ..] } => $"the silo {silo} does not say how its destinations are",
        _ => known.Destinations.Select(destination => Owed(destination, known.Blindness)).FirstOrDefault(reason => reason is not null),
    };

    /// <summary>Silos do not report what the watcher owes: the end of a blindness where its beginning was accepted.</summary>
    private static string? Owed(DestinationReport destination, Blindness? over) =>
        (destination.OwedSince ?? (over?.Told.GetValueOrDefault(destination.Name)?.Blind == true
            ? Earlier(destination.RefusingSince, destination.FailingSince) : null)) is { } since
            ? $"{destination.Name} has not taken what it is owed since {since:u}" : null;
}
