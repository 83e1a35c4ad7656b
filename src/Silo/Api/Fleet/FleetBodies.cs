using System.Text.Json.Serialization;
using IoTOrleans.Grains.Fleet;

namespace IoTOrleans.Silo.Api.Fleet;

/// <param name="Listed">Each thing that is not well is listed.</param>
internal record CountsBody(
    DateTimeOffset AsOf, bool Complete, int Total, int Connected, int Grace, int Offline, int Recovering, int Unknown, int Muted,
    bool Listed)
{
    public static CountsBody Of(FleetCounts counts, bool listed) => new(
        counts.AsOf, counts.Complete, counts.Total, counts.Connected, counts.Grace, counts.Offline, counts.Recovering, counts.Unknown,
        counts.Muted, listed);

    /// <summary>When they were counted does not matter.</summary>
    public bool Says(CountsBody other) => this with { AsOf = default } == other with { AsOf = default };
}

/// <summary>What <c>GET /fleet</c> and the ticks of a stream have in common.</summary>
internal abstract record FiguresBody : CountsBody
{
    protected FiguresBody(FleetCopy copy, WatcherBody watcher)
        : base(copy.Counts)
    {
        Incidents = IncidentBody.Of(copy.Incidents?.Value ?? [], copy.Counts);
        var today = copy.Today.Value;
        (BackItems, KeptQuiet, History) = (today.BackItems, today.KeptQuiet, today.History);
        Watcher = watcher;
    }

    [JsonPropertyOrder(1)] public IReadOnlyList<IncidentBody> Incidents { get; }

    [JsonPropertyOrder(1)] public IReadOnlyList<BackItem> BackItems { get; }

    [JsonPropertyOrder(1)] public KeptQuiet KeptQuiet { get; }

    [JsonPropertyOrder(1)] public IReadOnlyList<FleetMinute> History { get; }

    [JsonPropertyOrder(1)] public WatcherBody Watcher { get; }
}

internal sealed record TickBody : FiguresBody
{
    public TickBody(FleetCopy copy, WatcherBody watcher, DateTimeOffset time)
        : base(copy, watcher) => Time = time;

    /// <summary>By the clock of this silo.</summary>
    public DateTimeOffset Time { get; }
}

internal sealed record FleetBody : FiguresBody
{
    internal const int MostItems = 200;

    public FleetBody(FleetCopy copy, WatcherBody watcher)
        : base(copy, watcher)
    {
        var byStatus = copy.Rows.ByName.Values.Select(row => row.Value).ToLookup(row => row.Status);
        OfflineItems = Take(PresenceStatus.Offline, row => row.Since);
        GraceItems = Take(PresenceStatus.Grace, row => row.GraceEndsAt);
        RecoveringItems = Take(PresenceStatus.Recovering, row => row.HoldEndsAt);
        Cursor = copy.Cursor;

        IReadOnlyList<DeviceStatus> Take(PresenceStatus status, Func<DeviceStatus, DateTimeOffset?> at) =>
            [.. byStatus[status].OrderBy(row => at(row) ?? DateTimeOffset.MaxValue).ThenBy(row => row.ThingName, StringComparer.Ordinal)
                .Take(MostItems)];
    }

    /// <summary>For <c>GET /fleet/stream</c>; null: too many things are not well.</summary>
    public string? Cursor { get; }

    /// <summary>Longest away first.</summary>
    public IReadOnlyList<DeviceStatus> OfflineItems { get; }

    /// <summary>Nearest deadline first.</summary>
    public IReadOnlyList<DeviceStatus> GraceItems { get; }

    public IReadOnlyList<DeviceStatus> RecoveringItems { get; }
}

internal sealed record TodayBody(IReadOnlyList<BackItem> BackItems, KeptQuiet KeptQuiet);

internal sealed record IncidentsBody(IReadOnlyList<IncidentBody> Items);

internal sealed record IncidentBody(
    string IncidentId, IReadOnlyList<string> Destinations, int Count, int Back, int? Total, DateTimeOffset StartedAt,
    DateTimeOffset LastAt, bool Growing, bool OnlyReturns, IReadOnlyDictionary<string, int> Reasons,
    IReadOnlyDictionary<string, int> Attributes, IReadOnlyList<string> Things)
{
    /// <param name="counts">The number of all things is only told once it is known.</param>
    public static IReadOnlyList<IncidentBody> Of(IReadOnlyList<FleetIncident> incidents, CountsBody counts) =>
    [
        .. incidents.Select(open => (open.Destinations, open.Incident)).Select(open => new IncidentBody(
            open.Incident.IncidentId, open.Destinations, open.Incident.Count, open.Incident.Back, counts.Complete ? counts.Total : null,
            open.Incident.StartedAt, open.Incident.LastAt, open.Incident.Growing, open.Incident.OnlyReturns, open.Incident.Reasons,
            open.Incident.Attributes, open.Incident.Things)),
    ];
}

/// <summary>Whether what the page shows can be trusted.</summary>
/// <param name="SeenUntil">Everything that happened until then is counted in; null: not known.</param>
/// <param name="QueueAgeSeconds">Null: no queue is consumed.</param>
/// <param name="BlindSince">Null: the service is not blind.</param>
/// <param name="HeldVerdicts">Things whose first verdict is deferred; null: not known.</param>
/// <param name="Heartbeat">Null: none is set up.</param>
internal sealed record WatcherBody(
    DateTimeOffset? SeenUntil, int? QueueAgeSeconds, DateTimeOffset? BlindSince, int? HeldVerdicts, StorageState Storage,
    IReadOnlyList<DestinationBody> Destinations, HeartbeatBody? Heartbeat);

/// <param name="LastPingAt">When a ping was last accepted; null: none yet.</param>
/// <param name="Trouble">Why none is sent, or was not accepted; null: all is well.</param>
internal sealed record HeartbeatBody(DateTimeOffset? LastPingAt, string? Trouble);

/// <param name="LastAcceptedAt">Null: nothing since the start.</param>
internal sealed record DestinationBody(string Name, DateTimeOffset? LastAcceptedAt, DestinationState State);

internal enum StorageState
{
    Ok,
    Failing,
}

internal enum DestinationState
{
    /// <summary>It has accepted nothing since the start.</summary>
    Idle,

    Ok,

    /// <summary>It has failed for five minutes or more, and accepted nothing in between.</summary>
    Failing,

    /// <summary>Somebody has to change its settings or permissions.</summary>
    Refusing,

    /// <summary>Nobody can say it now.</summary>
    Unknown,
}
