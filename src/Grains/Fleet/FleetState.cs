using System.Collections.ObjectModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace IoTOrleans.Grains.Fleet;

/// <summary>What is stored of the fleet. The things that are not well are not in here: the reminder table has them.</summary>
internal sealed record FleetState : IJsonOnDeserialized
{
    /// <summary>Of the activation that has written this.</summary>
    public Guid Epoch { get; init; }

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

    /// <summary>JSON may have null where C# has none, and a name that no silo has would be in the way for ever.</summary>
    void IJsonOnDeserialized.OnDeserialized()
    {
        IEnumerable<object?>?[] lists = [Silos?.Values, BackItems, QuietDays, QuietThings, History];
        if (lists.Any(list => list is null || list.Contains(null))) throw new JsonException("There is null where a value must be.");
        foreach (var silo in Silos!.Keys) SiloAddress.FromParsableString(silo);
    }
}

/// <param name="Number">Of its last batch that counts.</param>
/// <param name="Left">It has reported everything and stopped.</param>
internal sealed record SiloReported(long Number, bool Left);
