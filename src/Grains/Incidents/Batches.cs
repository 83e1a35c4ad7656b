namespace IoTOrleans.Grains.Incidents;

/// <summary>Makes the next publication of an incident from its uncounted members.</summary>
internal static class Batches
{
    internal const int MostThings = 20;

    /// <summary>More are not counted: an attribute that differs for each thing tells nothing.</summary>
    internal const int MostNames = 100;

    private const int MostNamesTold = 20;

    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);

    public static (IncidentBatch Batch, IncidentState State, IReadOnlyList<PageWrite> Pages) Next(
        IncidentState state, Incident incident, IncidentTerms terms, DateTimeOffset now)
    {
        var waiting = state.WaitingFor(incident.Id);
        incident = Count(incident, waiting);
        var batch = new IncidentBatch
        {
            Number = incident.Publications + 1,
            Closing = incident.OnlyReturns || EveryoneIsBack(incident, UncountedMembers.None),
            Growing = !incident.OnlyReturns && IsGrowing(incident, now),
            At = now,
            Joined = waiting.Joins,
            Newest = incident.Publications == 0 ? [] : [.. waiting.Newest.Reverse()],
        };
        (state, batch, var pages) = Paging.Seal(state, incident.Id, batch, terms);
        incident = incident with { Batches = [.. incident.Batches, batch] };
        var counted = waiting.Named.Aggregate(waiting, (all, pair) => all.Count(pair.Value)).Counted;
        return (batch, state.With(incident).With(incident.Id, UncountedMembers.None with { Counted = counted }), pages);
    }

    /// <summary>What a publication would say now. Nothing follows from it.</summary>
    public static FleetNotification Now(IncidentState state, Incident incident, DateTimeOffset now)
    {
        var waiting = state.WaitingFor(incident.Id);
        return Compose(Count(incident, waiting), new()
        {
            Number = incident.Publications + 1,
            Growing = !incident.OnlyReturns && IsGrowing(incident, now),
            At = now,
            Newest = [.. waiting.Newest.Reverse()],
        });
    }

    /// <summary>All members are back whose return leads to a notification.</summary>
    public static bool EveryoneIsBack(Incident incident, UncountedMembers waiting)
    {
        var silent = incident.Silent + waiting.Silent;
        var expected = incident.Count + waiting.Joins - silent - incident.Gone;
        return incident.Back + waiting.Returns >= expected && (expected > 0 || (silent == 0 && incident.Gone > 0));
    }

    public static FleetNotification Compose(Incident incident, IncidentBatch batch) => new()
    {
        Event = batch.Closing ? FleetEvent.FleetRecovered : FleetEvent.FleetOutage,
        IncidentId = incident.Id,
        Number = batch.Number,
        Count = incident.Count,
        Back = Math.Min(incident.Back, incident.Count),
        StartedAt = incident.StartedAt ?? incident.OpenedAt,
        LastAt = (batch.Closing ? incident.LastBackAt : null) ?? incident.LastAt ?? incident.OpenedAt,
        Growing = batch.Growing,
        Reasons = Top(incident.Reasons),
        Attributes = Top(incident.Attributes),
        Things = [.. batch.Newest.Concat(incident.Things).Distinct().Take(MostThings)],
        OnlyReturns = incident.OnlyReturns,
        Joined = batch.Joined,
        Removed = incident.Gone,
    };

    /// <summary>Until nobody has joined for a tenth of its life: seconds at first, a minute after ten minutes.</summary>
    private static bool IsGrowing(Incident incident, DateTimeOffset now) =>
        now - incident.JoinedAt < Later((now - incident.OpenedAt) / 10, Quiet);

    private static Incident Count(Incident incident, UncountedMembers waiting) => incident with
    {
        Count = incident.Count + waiting.Joins,
        Back = incident.Back + waiting.Returns,
        Silent = incident.Silent + waiting.Silent,
        StartedAt = Earlier(incident.StartedAt, waiting.StartedAt),
        LastAt = Later(incident.LastAt, waiting.LastAt),
        LastBackAt = Later(incident.LastBackAt, waiting.LastBackAt),
        Reasons = Add(incident.Reasons, waiting.Reasons),
        Attributes = Add(incident.Attributes, waiting.Attributes),
        Things = [.. incident.Things.Concat(waiting.First).Take(MostThings)],
    };

    private static Dictionary<string, int> Add(IReadOnlyDictionary<string, int> counts, IReadOnlyDictionary<string, int> more)
    {
        var sum = new Dictionary<string, int>(counts);
        foreach (var (name, count) in more)
        {
            if (sum.ContainsKey(name) || sum.Count < MostNames) sum[name] = sum.GetValueOrDefault(name) + count;
        }

        return sum;
    }

    private static Dictionary<string, int> Top(IReadOnlyDictionary<string, int> counts) =>
        counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Take(MostNamesTold)
            .ToDictionary(pair => pair.Key, pair => pair.Value);
}
