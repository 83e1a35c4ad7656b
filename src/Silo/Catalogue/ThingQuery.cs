using System.Collections.Frozen;
using System.Security.Cryptography;

namespace IoTOrleans.Silo.Catalogue;

internal sealed record ThingQuery
{
    /// <summary>Rows that one request reads at most, however few pass its filter: a page may be empty and have a next one.</summary>
    public const int MostRows = 2000;

    /// <summary>No thing has more.</summary>
    public const int MostAttributes = 8;

    /// <summary>Of a name, a colon and a value: no thing has more.</summary>
    public const int MostAttributeBytes = 257;

    /// <summary>A thing has a reminder exactly as long as something is left to do; in these states something always is.</summary>
    private static readonly FrozenSet<PresenceStatus> WithReminder =
        FrozenSet.Create(PresenceStatus.Grace, PresenceStatus.Offline, PresenceStatus.Recovering);

    /// <summary>Empty: any.</summary>
    public IReadOnlySet<PresenceStatus> Statuses { get; init; } = FrozenSet<PresenceStatus>.Empty;

    public string Prefix { get; init; } = "";

    /// <summary>Exact names, each once; empty: any.</summary>
    public IReadOnlyList<string> ThingNames { get; init; } = [];

    /// <summary>Each as <c>name:value</c>, once; all must be there.</summary>
    public IReadOnlyList<string> Attributes { get; init; } = [];

    public required int Limit { get; init; }

    /// <summary>The reminder table has all things that can match.</summary>
    public bool IsInReminderTable => Statuses.Count > 0 && Statuses.IsSubsetOf(WithReminder);

    public bool MatchesName(string thingName) => thingName.StartsWith(Prefix, StringComparison.Ordinal);

    public bool Matches(DeviceStatus status) => MatchesName(status.ThingName)
        && (Statuses.Count == 0 || Statuses.Contains(status.Status))
        && Attributes.All(wanted => status.Attributes.Any(attribute => Is(attribute, wanted)));

    /// <summary>The same for all pages of one query. The limit may change from page to page.</summary>
    public string Fingerprint()
    {
        // Cursors from before there were attributes are still good.
        object[] filter = [Statuses.Order(), Prefix, ThingNames];
        if (Attributes.Count > 0) filter = [.. filter, Attributes];
        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(filter)))[..12];
    }

    /// <summary>A name may have a colon as well, so the text is not taken apart.</summary>
    private static bool Is(KeyValuePair<string, string> attribute, string wanted) =>
        wanted.Length == attribute.Key.Length + 1 + attribute.Value.Length && wanted[attribute.Key.Length] == ':'
        && wanted.StartsWith(attribute.Key, StringComparison.Ordinal) && wanted.EndsWith(attribute.Value, StringComparison.Ordinal);
}

/// <param name="NextCursor">Null: this was the last page.</param>
internal sealed record ThingPage(IReadOnlyList<DeviceStatus> Items, string? NextCursor);
