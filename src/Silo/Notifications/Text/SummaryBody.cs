using System.Text.Json;
using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Silo.Notifications.Text;

/// <summary>What programs get of the daily list. Fields are only ever added, never renamed; nulls are written.</summary>
internal sealed record SummaryBody
{
    /// <summary>The message to SNS holds this four times and may have 256 KB; whoever wants all of them asks <c>GET /devices?status=offline</c>.</summary>
    internal const int MostThings = 30;

    public int SchemaVersion { get; } = 1;

    public string Event { get; } = FleetSummary.Event;

    public required string SummaryId { get; init; }

    public required DateOnly Date { get; init; }

    public required DateTimeOffset ListedAt { get; init; }

    public required DateTimeOffset NewSince { get; init; }

    public required int Count { get; init; }

    public required int New { get; init; }

    public required int Muted { get; init; }

    public required int KeptQuiet { get; init; }

    public required IReadOnlyList<Thing> Things { get; init; }

    public required IReadOnlyList<Flaky> Flakiest { get; init; }

    public required MachineBody.BodySource Source { get; init; }

    public required string? Url { get; init; }

    public required string Text { get; init; }

    public static string Json(FleetSummary s, string cluster, string? region, string? url, string text) => JsonSerializer.Serialize(
        new SummaryBody
        {
            SummaryId = s.Id,
            Date = s.Date,
            ListedAt = s.ListedAt,
            NewSince = s.NewSince,
            Count = s.Count,
            New = s.New,
            Muted = s.Muted,
            KeptQuiet = s.KeptQuiet,
            Things = [.. s.Things.Take(MostThings).Select(t => new Thing(t.ThingName, t.Since, (long)(s.ListedAt - t.Since).TotalSeconds, t.NotifiedAt, t.Muted, t.IsNew))],
            Flakiest = [.. s.Flakiest.Select(f => new Flaky(f.ThingName, f.Drops, f.Durations.Sum()))],
            Source = new MachineBody.BodySource(cluster, region),
            Url = url,
            Text = text,
        },
        MachineBody.Options);

    internal sealed record Thing(string ThingName, DateTimeOffset Since, long DurationSeconds, DateTimeOffset? NotifiedAt, bool Muted, bool New);

    internal sealed record Flaky(string ThingName, int Drops, int Outages);
}
