using IoTOrleans.Grains.Fleet;

namespace IoTOrleans.Silo.Api.Fleet;

/// <summary>This silo's copy of the fleet for its streams, at one moment. Each reading makes the next one.</summary>
internal sealed record FleetCopy(CountsBody Counts, FleetRows Rows, SharedEvent<FleetToday> Today, StepLog Steps)
{
    /// <summary>Null: they are not read yet.</summary>
    public SharedEvent<IReadOnlyList<FleetIncident>>? Incidents { get; private init; }

    /// <summary>Null: none is due yet.</summary>
    public SharedEvent? Tick { get; private init; }

    public bool Listed => Rows.Complete;

    /// <summary>Whoever has all rows of now may go on from here; null: nobody has, since too many things are not well.</summary>
    public string? Cursor => Listed ? Steps.Last.Cursor : null;

    /// <summary>For the next reading.</summary>
    public string ReadUntil => Steps.Last.Cursor;

    public static FleetCopy Of(FleetView view) =>
        new(CountsBody.Of(view.Counts, view.Listed), FleetRows.Of(view), DayOf(view.Today), StepLog.Begin(view.Cursor));

    /// <summary>There is something to tell.</summary>
    public bool IsNewsAfter(FleetCopy last) => Steps != last.Steps || !Counts.Says(last.Counts) || !Today.Says(last.Today)
        || Incidents != last.Incidents || Tick != last.Tick;

    /// <returns>Null: they do not lead there, so the whole view has to be read.</returns>
    public FleetCopy? With(FleetChanges changes)
    {
        if (changes.StartOver || (changes.Listed && !Listed)) return null;
        var rows = Rows.ByName.ToBuilder();
        var step = new List<StepChange>(changes.Changes.Count);
        foreach (var change in changes.Changes)
        {
            var one = StepChange.Of(change, rows.ContainsKey(change.ThingName));
            if (one.IsNotWell && (changes.Listed || rows.ContainsKey(one.ThingName))) rows[one.ThingName] = one.Row!;
            else if (one.Leaves) rows.Remove(one.ThingName);
            step.Add(one);
        }

        return this with
        {
            Counts = CountsBody.Of(changes.Counts, changes.Listed),
            Rows = step.Count == 0 && changes.Listed == Listed ? Rows : new(rows.ToImmutable(), changes.Listed),
            Today = changes.Today is { } today ? DayOf(today) : Today,
            Steps = step.Count == 0 && changes.Cursor == ReadUntil ? Steps : Steps.Add(changes.Cursor, step),
        };
    }

    /// <summary>The fleet as it was read anew: what has happened since the last reading is not known one by one.</summary>
    public FleetCopy With(FleetView view)
    {
        var (before, rows) = (Rows.ByName, FleetRows.Of(view));
        List<StepChange> step = [];
        if (Listed && view.Listed)
        {
            step.AddRange(rows.ByName.Where(row => !(before.TryGetValue(row.Key, out var known) && known.Says(row.Value)))
                .Select(row => new StepChange(row.Key, row.Value, Leaves: false)));
            step.AddRange(before.Keys.Where(name => !rows.ByName.ContainsKey(name))
                .Select(name => new StepChange(name, null, Leaves: true)));
        }

        return this with
        {
            Counts = CountsBody.Of(view.Counts, view.Listed),
            Rows = rows,
            Today = DayOf(view.Today),
            Steps = Steps.Add(view.Cursor, step, afresh: view.Listed && !Listed, rewatch: true),
        };
    }

    /// <summary>The same ones are no news.</summary>
    public FleetCopy With(IReadOnlyList<FleetIncident> incidents)
    {
        var read = new SharedEvent<IReadOnlyList<FleetIncident>>(
            incidents, () => EventText.Of("incidents", new IncidentsBody(IncidentBody.Of(incidents, Counts))));
        return Incidents?.Says(read) == true ? this : this with { Incidents = read };
    }

    /// <summary>A tick is due.</summary>
    public FleetCopy With(WatcherBody watcher, DateTimeOffset now) =>
        this with { Tick = new(() => EventText.Of("tick", new TickBody(this, watcher, now))) };

    private static SharedEvent<FleetToday> DayOf(FleetToday today) =>
        new(today, () => EventText.Of("today", new TodayBody(today.BackItems, today.KeptQuiet)));
}
