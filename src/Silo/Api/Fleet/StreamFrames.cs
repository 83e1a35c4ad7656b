using IoTOrleans.Grains.Fleet;

namespace IoTOrleans.Silo.Api.Fleet;

/// <summary>What a stream has told its reader.</summary>
/// <param name="Step">Up to which step of the copy.</param>
internal sealed record StreamPosition(
    long Step, CountsBody Counts, SharedEvent Today, SharedEvent? Incidents, SharedEvent? Tick)
{
    public static StreamPosition Of(FleetCopy copy) => new(copy.Steps.Last.Number, copy.Counts, copy.Today, copy.Incidents, copy.Tick);
}

/// <summary>Events that are written together.</summary>
/// <param name="Cursor">Of the last one.</param>
/// <param name="Rewatch">How things are that the reader watches has to be asked and told after this.</param>
internal sealed record StreamFrame(IReadOnlyList<byte[]> Events, string? Cursor, StreamPosition Position, bool Rewatch);

/// <summary>What to tell the reader of a stream next. Pure functions: no I/O, no clock.</summary>
internal static class StreamFrames
{
    /// <summary>
    /// From a cursor that this copy does not know, a reader begins afresh. The grain could say what has changed since then, but not what
    /// the reader has that this copy never saw: it would not be told that it is gone.
    /// </summary>
    /// <param name="cursor">Of a reader that has all rows of that moment; null: it has none.</param>
    public static StreamFrame Begin(FleetCopy copy, string? cursor, IReadOnlySet<string> watch) =>
        !string.IsNullOrEmpty(cursor) && copy.Steps.NumberOf(cursor) is { } step && Lead(copy, step) is { } steps
            ? Begin(copy, [], Rows(copy, steps, watch)) : Afresh(copy);

    public static StreamFrame Next(FleetCopy copy, StreamPosition position, IReadOnlySet<string> watch)
    {
        if (Lead(copy, position.Step) is not { } steps) return Afresh(copy);
        var events = Rows(copy, steps, watch).ToList();
        if (!copy.Counts.Says(position.Counts)) events.Add(EventText.Of("counts", copy.Counts));
        if (!copy.Today.Says(position.Today)) events.Add(copy.Today.Bytes);
        if (copy.Incidents is { } incidents && incidents != position.Incidents) events.Add(incidents.Bytes);
        if (copy.Tick is { } tick && tick != position.Tick) events.Add(tick.Bytes);
        return new(events, copy.Cursor, StreamPosition.Of(copy), steps.Any(step => step.Rewatch));
    }

    /// <summary>Which of the things that a reader watches have to be asked how they are: all others are listed.</summary>
    public static IEnumerable<string> ToAsk(FleetCopy copy, IReadOnlySet<string> watch) =>
        watch.Where(name => !(copy.Listed && copy.Rows.ByName.ContainsKey(name)));

    /// <summary>
    /// How they are. One that is not well, and not listed yet, follows with the next changes: else its reader would have a row of which
    /// the copy does not know that it has to go.
    /// </summary>
    public static IReadOnlyList<byte[]> Watched(FleetCopy copy, IEnumerable<(string ThingName, DeviceStatus? Status)> asked) =>
    [
        .. from one in asked
           let row = one.Status is { } status ? new FleetRow(status) : null
           where !(copy.Listed && row is { IsNotWell: true })
           select row?.Bytes ?? Gone(one.ThingName),
    ];

    private static StreamFrame Afresh(FleetCopy copy) => Begin(copy, copy.Rows.Snapshot, []);

    private static StreamFrame Begin(FleetCopy copy, IReadOnlyList<byte[]> snapshot, IEnumerable<byte[]> changes)
    {
        List<byte[]> events = [.. snapshot, EventText.Of("synced", copy.Counts), .. changes, copy.Today.Bytes];
        if (copy.Incidents is { } incidents) events.Add(incidents.Bytes);
        return new(events, copy.Cursor, StreamPosition.Of(copy), Rewatch: true);
    }

    /// <returns>The steps that lead from there to now; null: none do.</returns>
    private static IReadOnlyList<FleetStep>? Lead(FleetCopy copy, long step) =>
        copy.Steps.After(step) is { } steps && !steps.Any(one => one.Afresh) ? steps : null;

    /// <summary>One event for each thing that the reader has to know of, with its last state.</summary>
    private static IEnumerable<byte[]> Rows(FleetCopy copy, IReadOnlyList<FleetStep> steps, IReadOnlySet<string> watch)
    {
        var rewatch = steps.Any(step => step.Rewatch);
        var last = new Dictionary<string, (FleetRow? Row, bool Leaves)>(StringComparer.Ordinal);
        foreach (var change in steps.SelectMany(step => step.Changes))
        {
            // It may have been listed before these steps, or within them.
            var before = last.GetValueOrDefault(change.ThingName);
            last[change.ThingName] = (change.Row, change.Leaves || before.Leaves || before.Row is { IsNotWell: true });
        }

        foreach (var (name, (row, leaves)) in last)
        {
            if (watch.Contains(name))
            {
                if (row is not null) yield return row.Bytes;
                else if (!rewatch) yield return Gone(name);
            }
            else if (copy.Listed)
            {
                if (row is { IsNotWell: true }) yield return row.Bytes;
                else if (leaves) yield return Gone(name);
            }
        }
    }

    private static byte[] Gone(string thingName) => EventText.Of("gone", new GoneBody(thingName));

    private sealed record GoneBody(string ThingName);
}
