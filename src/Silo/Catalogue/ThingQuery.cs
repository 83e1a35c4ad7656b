using System.Collections.Frozen;
using System.Security.Cryptography;

namespace IoTOrleans.Silo.Catalogue;

internal sealed record ThingQuery
{
    /// <summary>Rows that one request reads at most, however few pass its filter: a page may be empty and have a next one.</summary>
    public const int MostRows = 2000;

    /// <summary>A thing has a reminder exactly as long as something is left to do; in these states something always is.</summary>
    private static readonly FrozenSet<PresenceStatus> WithReminder =
        FrozenSet.Create(PresenceStatus.Grace, PresenceStatus.Offline, PresenceStatus.Recovering);

    /// <summary>Empty: any.</summary>
    public IReadOnlySet<PresenceStatus> Statuses { get; init; } = FrozenSet<PresenceStatus>.Empty;

    public string Prefix { get; init; } = "";

    /// <summary>Exact names, each once; empty: any.</summary>
    public IReadOnlyList<string> ThingNames { get; init; } = [];

    public required int Limit { get; init; }

    /// <summary>The reminder table has all things that can match.</summary>
    public bool IsInReminderTable => Statuses.Count > 0 && Statuses.IsSubsetOf(WithReminder);

    public bool MatchesName(string thingName) => thingName.StartsWith(Prefix, StringComparison.Ordinal);

    public bool Matches(DeviceStatus status) => MatchesName(status.ThingName) && (Statuses.Count == 0 || Statuses.Contains(status.Status));

    /// <summary>The same for all pages of one query. The limit may change from page to page.</summary>
    public string Fingerprint()
    {
        object[] filter = [Statuses.Order(), Prefix, ThingNames];
        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(filter)))[..12];
    }
}

/// <param name="NextCursor">Null: this was the last page.</param>
internal sealed record ThingPage(IReadOnlyList<DeviceStatus> Items, string? NextCursor);
