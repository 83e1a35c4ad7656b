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

    /// <summary>By silo.</summary>
    public IReadOnlyDictionary<string, SiloReported> Silos { get; init; } = ReadOnlyDictionary<string, SiloReported>.Empty;

    public IReadOnlyList<BackItem> BackItems { get; init; } = [];

    /// <summary>The day of <see cref="QuietThings"/>.</summary>
    public DateOnly Day { get; init; }

    public IReadOnlyList<QuietDay> QuietDays { get; init; } = [];

    public IReadOnlyList<QuietThing> QuietThings { get; init; } = [];

    public IReadOnlyList<FleetMinute> History { get; init; } = [];
}

/// <param name="Number">Of its last batch that counts.</param>
/// <param name="Left">It has reported everything and stopped.</param>
internal sealed record SiloReported(long Number, bool Left);
