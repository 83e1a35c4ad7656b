using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Grains.Incidents;

/// <summary>From those who wait to the next publication.</summary>
internal static class Batches
{
    internal const int MostThings = 20;

    /// <summary>An attribute that differs for each thing tells nothing: names that come after these are not counted.</summary>
    internal const int MostNames = 100;

    private const int MostNamesTold = 20;

    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(5);

    public static (IncidentBatch Batch, IncidentState State) Next(IncidentState state, Incident incident, DateTimeOffset now)
    {
        var waiting = state.WaitingFor(incident.Id);
        var first = waiting.Pending.Values.OrderBy(member => member.Since).ThenBy(member => member.Key, StringComparer.Ordinal);
        var members = (incident.OnlyReturns ? first : first.Take(IncidentTerms.MostPerBatch)).ToList();
        var left = Waiting.Nobody;
        foreach (var member in waiting.Pending.Values.Except(members)) left = left.Add(member, now);

        incident = Count(incident, members);
        var expected = incident.Count - incident.Silent;
        var batch = new IncidentBatch
        {
            Number = incident.Publications + 1,
            Hashes = Hashes.Pack(members.Select(member => member.Hash).Concat(members.Where(member => member.IsLate).Select(member => member.ReturnHash))),
            Closing = incident.OnlyReturns || (expected > 0 && incident.Back >= expected && left.Pending.Count == 0),
            Growing = !incident.OnlyReturns && (left.Joins > 0 || IsGrowing(incident, now)),
            At = now,
        };
        incident = incident with { Batches = [.. incident.Batches, batch] };
        var counted = members.ToDictionary(member => member.Key);
        return (batch, state.With(incident).With(incident.Id, left with { Counted = waiting.Counted.SetItems(counted) }));
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
        Things = incident.Things,
        OnlyReturns = incident.OnlyReturns,
    };

    /// <summary>Calm for a tenth of its life: seconds at first, a minute after ten.</summary>
    private static bool IsGrowing(Incident incident, DateTimeOffset now)
    {
        var calm = (now - incident.OpenedAt) / 10;
        return now - incident.JoinedAt < (calm > Calm ? calm : Calm);
    }

    private static Incident Count(Incident incident, List<Member> members)
    {
        var counted = members.Where(member => incident.OnlyReturns ? member.Returns : member.Joins).ToList();
        var back = members.Where(member => member.Returns || member.IsLate).ToList();
        var started = counted.Select(member => incident.OnlyReturns ? member.BackAt : member.Since);
        return incident with
        {
            Count = incident.Count + counted.Count,
            Back = incident.Back + back.Count,
            Silent = incident.Silent + counted.Count(member => member is { Joins: true, ReturnIsTold: false }),
            StartedAt = started.Append(incident.StartedAt).Min(),
            LastAt = started.Append(incident.LastAt).Max(),
            LastBackAt = back.Select(member => member.BackAt).Append(incident.LastBackAt).Max(),
            Reasons = Add(incident.Reasons, counted.Select(member => member.Reason).OfType<string>()),
            Attributes = Add(incident.Attributes, counted.SelectMany(member => member.Attributes).Select(pair => $"{pair.Key}={pair.Value}")),
            Things = [.. incident.Things, .. counted.Select(member => member.ThingName).Take(MostThings - incident.Things.Count)],
        };
    }

    private static Dictionary<string, int> Add(IReadOnlyDictionary<string, int> counts, IEnumerable<string> names)
    {
        var sum = new Dictionary<string, int>(counts);
        foreach (var name in names)
        {
            if (sum.TryGetValue(name, out var count)) sum[name] = count + 1;
            else if (sum.Count < MostNames) sum[name] = 1;
        }

        return sum;
    }

    private static Dictionary<string, int> Top(IReadOnlyDictionary<string, int> counts) =>
        counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Take(MostNamesTold).ToDictionary(pair => pair.Key, pair => pair.Value);
}
