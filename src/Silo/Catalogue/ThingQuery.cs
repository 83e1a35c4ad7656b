using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text.Json;

namespace IoTOrleans.Silo.Catalogue;

/// <summary>Which things are asked for; every condition that is set has to hold.</summary>
internal sealed record ThingQuery
{
    /// <summary>
    /// What a request looks at, at most: a filter that hardly anything passes must not read a million rows in one request. So a page
    /// may be short, even empty, and have a next one.
    /// </summary>
    public const int MostRows = 2000;

    /// <summary>A reminder exists exactly as long as something is left to do, and with these something always is.</summary>
    private static readonly FrozenSet<PresenceStatus> WithReminder =
        FrozenSet.Create(PresenceStatus.Grace, PresenceStatus.Offline, PresenceStatus.Recovering);

    /// <summary>Empty: any.</summary>
    public IReadOnlySet<PresenceStatus> Statuses { get; init; } = FrozenSet<PresenceStatus>.Empty;

    public string Prefix { get; init; } = "";

    /// <summary>Exact names, each once; empty: any.</summary>
    public IReadOnlyList<string> ThingNames { get; init; } = [];

    public required int Limit { get; init; }

    /// <summary>The reminder table alone knows all the things that can match.</summary>
    public bool IsInReminderTable => Statuses.Count > 0 && Statuses.IsSubsetOf(WithReminder);

    public bool MatchesName(string thingName) => thingName.StartsWith(Prefix, StringComparison.Ordinal);

    public bool Matches(DeviceStatus status) => MatchesName(status.ThingName) && (Statuses.Count == 0 || Statuses.Contains(status.Status));

    /// <summary>Tells the cursors of one query from another's. The limit may change from page to page.</summary>
    public string Fingerprint()
    {
        object[] filter = [Statuses.Order(), Prefix, ThingNames];
        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(filter)))[..12];
    }
}

/// <param name="NextCursor">Null: this was the last page.</param>
internal sealed record ThingPage(IReadOnlyList<DeviceStatus> Items, string? NextCursor);
