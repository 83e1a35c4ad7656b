using System.Collections.ObjectModel;

namespace IoTOrleans.Grains.Fleet;

/// <summary>What is stored of the fleet. The things that are not well are not in here: the reminder table has them.</summary>
internal sealed record FleetState
{
    /// <summary>The last activation ended in order, and its numbers are right. False while one runs.</summary>
    public bool Clean { get; init; }

    public int Total { get; init; }

    public int Unknown { get; init; }

    /// <summary>When the last count of all things ended; null: never.</summary>
    public DateTimeOffset? CountedAt { get; init; }

    /// <summary>The last batch that counts of each silo; negative: the silo has reported everything and left.</summary>
    public IReadOnlyDictionary<string, long> Silos { get; init; } = ReadOnlyDictionary<string, long>.Empty;

    public IReadOnlyList<BackItem> BackItems { get; init; } = [];

    /// <summary>The day of <see cref="QuietThings"/>.</summary>
    public DateOnly Day { get; init; }

    public IReadOnlyList<QuietDay> QuietDays { get; init; } = [];

    public IReadOnlyList<QuietThing> QuietThings { get; init; } = [];

    public IReadOnlyList<FleetMinute> History { get; init; } = [];
}
