using System.Collections.Immutable;
using IoTOrleans.Grains.Fleet;

namespace IoTOrleans.Silo.Api.Fleet;

/// <summary>One thing in a <see cref="FleetStep"/>.</summary>
/// <param name="Row">Null: the thing was forgotten, or all that is known is that it is well.</param>
/// <param name="Leaves">It was listed, and is not any more.</param>
internal sealed record StepChange(string ThingName, FleetRow? Row, bool Leaves)
{
    public bool IsNotWell => Row is { IsNotWell: true };

    public static StepChange Of(FleetChange change, bool wasListed)
    {
        var row = change.Status is { } status ? new FleetRow(status) : null;
        return new(change.ThingName, row, wasListed && row is not { IsNotWell: true });
    }
}

/// <summary>What one reading of the fleet changed.</summary>
/// <param name="Number">Without gaps.</param>
/// <param name="Cursor">Of the fleet after it.</param>
/// <param name="Afresh">What was listed before it says nothing: whoever follows needs all rows again.</param>
/// <param name="Rewatch">Changes of things that are well may be missing in it.</param>
internal sealed record FleetStep(
    long Number, string Cursor, IReadOnlyList<StepChange> Changes, bool Afresh = false, bool Rewatch = false);

/// <summary>The last steps of a copy. Bounded: whoever is further behind begins afresh.</summary>
internal sealed class StepLog
{
    /// <summary>Half a minute, if something changes all the time.</summary>
    internal const int MostSteps = 64;

    /// <summary>About 5 MB with their texts.</summary>
    internal const int MostChanges = 5_000;

    private readonly ImmutableList<FleetStep> _steps;
    private readonly int _changes;

    private StepLog(ImmutableList<FleetStep> steps, int changes) => (_steps, _changes) = (steps, changes);

    public static StepLog Begin(string cursor) => new([new FleetStep(0, cursor, [])], 0);

    public FleetStep Last => _steps[^1];

    public StepLog Add(string cursor, IReadOnlyList<StepChange> changes, bool afresh = false, bool rewatch = false)
    {
        var (steps, count) = (_steps.Add(new(Last.Number + 1, cursor, changes, afresh, rewatch)), _changes + changes.Count);
        while (steps.Count > 1 && (steps.Count > MostSteps || count > MostChanges))
        {
            count -= steps[0].Changes.Count;
            steps = steps.RemoveAt(0);
        }

        return new(steps, count);
    }

    /// <returns>The steps after this one; null: it was too long ago.</returns>
    public IReadOnlyList<FleetStep>? After(long number)
    {
        var first = number + 1 - _steps[0].Number;
        return first < 0 ? null : _steps.GetRange((int)first, _steps.Count - (int)first);
    }

    /// <returns>The first step with this cursor; null: unknown, or too long ago.</returns>
    public long? NumberOf(string cursor) => _steps.Find(step => step.Cursor == cursor)?.Number;
}
