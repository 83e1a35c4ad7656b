using System.Collections.Immutable;
using IoTOrleans.Grains.Fleet;

namespace IoTOrleans.Silo.Api.Fleet;

/// <summary>A thing as streams show it.</summary>
internal sealed class FleetRow(DeviceStatus status) : SharedEvent<DeviceStatus>(status, () => EventText.Of("set", status))
{
    public bool IsNotWell => Value.Status.IsNotWell;
}

/// <summary>The things that are not well, by name.</summary>
/// <param name="complete">False: too many are not well. These are some of them, and what is here is true.</param>
internal sealed class FleetRows(ImmutableDictionary<string, FleetRow> byName, bool complete)
{
    /// <summary>In one event: about 64 KB.</summary>
    internal const int InOnePart = 100;

    private readonly Lazy<IReadOnlyList<byte[]>> _snapshot = new(() => Parts(complete ? byName.Values : []));

    public ImmutableDictionary<string, FleetRow> ByName => byName;

    public bool Complete => complete;

    /// <summary>As <c>snapshot</c> events: one at least, so that a reader knows that it begins afresh.</summary>
    public IReadOnlyList<byte[]> Snapshot => _snapshot.Value;

    public static FleetRows Of(FleetView view) => new(
        view.Rows.ToImmutableDictionary(row => row.ThingName, row => new FleetRow(row), StringComparer.Ordinal), view.Listed);

    private static IReadOnlyList<byte[]> Parts(IEnumerable<FleetRow> rows)
    {
        var chunks = rows.Select(row => row.Value).Chunk(InOnePart).DefaultIfEmpty([]).ToList();
        return [.. chunks.Select((items, i) => EventText.Of("snapshot", new SnapshotPart(i + 1, chunks.Count, items)))];
    }

    private sealed record SnapshotPart(int Part, int Parts, DeviceStatus[] Items);
}
