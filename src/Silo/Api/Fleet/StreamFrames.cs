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
    /// <param name="cursor">Of a reader that has all rows of that moment; null: it has none.</param>
    /// <returns>Null: only the grain can say what has changed since then.</returns>
    public static StreamFrame? Begin(FleetCopy copy, string? cursor, IReadOnlySet<string> watch)
    {
        if (string.IsNullOrEmpty(cursor)) return Afresh(copy);
        if (copy.Steps.NumberOf(cursor) is not { } step) return null;
        return Lead(copy, step) is { } steps ? Begin(copy, [], Rows(copy, steps, watch)) : Afresh(copy);
    }

    /// <param name="changes">Since the cursor of the reader; read later than the copy.</param>
    public static StreamFrame Resume(FleetCopy copy, FleetChanges changes, IReadOnlySet<string> watch)
    {
        if (changes.Fresh) return Afresh(copy);

        // Whether a thing was listed then is not known: a reader that does not have it ignores that it is gone.
        var all = changes.Changes.Select(change => StepChange.Of(change, _ => true)).ToList();
        return Begin(copy, [], Rows(copy, [new(copy.Steps.Last.Number, changes.Cursor, all)], watch));
    }

    public static StreamFrame Next(FleetCopy copy, StreamPosition position, IReadOnlySet<string> watch)
    {
        if (Lead(copy, position.Step) is not { } steps) return Afresh(copy);
        var events = Rows(copy, steps, watch).ToList();
        if (!copy.Counts.Says(position.Counts)) events.Add(EventText.Of("counts", copy.Counts));
        if (copy.Today != position.Today) events.Add(copy.Today.Bytes);
        if (copy.Incidents is { } incidents && incidents != position.Incidents) events.Add(incidents.Bytes);
        if (copy.Tick is { } tick && tick != position.Tick) events.Add(tick.Bytes);
        return new(events, copy.Cursor, StreamPosition.Of(copy), steps.Any(step => step.Rewatch));
    }

    /// <summary>How a thing is that a reader watches. Those that are listed it knows without this.</summary>
    /// <param name="status">Null: it is not known.</param>
    public static byte[] Watched(string thingName, DeviceStatus? status) => status is null ? Gone(thingName) : new FleetRow(status).Bytes;

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
            last[change.ThingName] = (change.Row, change.Leaves || before.Leaves || before.Row is { IsListed: true });
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
                if (row is { IsListed: true }) yield return row.Bytes;
                else if (leaves) yield return Gone(name);
            }
        }
    }

    private static byte[] Gone(string thingName) => EventText.Of("gone", new GoneBody(thingName));

    private sealed record GoneBody(string ThingName);
}
