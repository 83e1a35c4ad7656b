using System.Collections.Immutable;

namespace IoTOrleans.Grains.Incidents;

/// <param name="Stored">What survives.</param>
/// <param name="Pages">By their id: the hashes in the pages that batches name, ascending. They are never changed.</param>
/// <param name="Waiting">By incident: who asked and has to wait. Lost with the activation, at no harm: they ask again.</param>
/// <param name="Sending">By incident: when its publication was given to the queue.</param>
/// <param name="Deleting">Ids of pages that somebody deletes.</param>
internal sealed record IncidentState(
    DispatchState Stored, ImmutableDictionary<string, long[]> Pages, ImmutableDictionary<string, Waiting> Waiting,
    ImmutableDictionary<string, DateTimeOffset> Sending, ImmutableHashSet<string> Deleting, SendRate Rate)
{
    /// <param name="pages">What is stored under each id that <see cref="PagesOf"/> names.</param>
    public static IncidentState Load(
        DispatchState stored, IReadOnlyDictionary<string, long[]> pages, IncidentTerms terms, DateTimeOffset now)
    {
        // Whatever was sent last, by the activation before this one, is in the state if it was more than one thing.
        var recently = stored.Singles.Select(single => single.At)
            .Concat(stored.Incidents.SelectMany(i => i.Batches).Select(batch => batch.At))
            .Any(at => at > now.AddMinutes(-1)) || stored.Incidents.Any(incident => incident.InFlight() is not null);
        var silence = recently ? SendRate.LongestSilence(terms.Destination.RateLimit) : TimeSpan.Zero;
        return new(
            stored, pages.ToImmutableDictionary(), ImmutableDictionary<string, Waiting>.Empty, ImmutableDictionary<string,
            DateTimeOffset>.Empty, [],
            SendRate.New(now + silence));
    }

    /// <summary>The pages without which nobody knows who was counted.</summary>
    public static IEnumerable<(string Id, int Count)> PagesOf(DispatchState stored) =>
        from incident in stored.Incidents from batch in incident.Batches where batch.Pages is not null select (batch.Pages,
            batch.PageCount);

    public Waiting WaitingFor(string incidentId) => Waiting.GetValueOrDefault(incidentId, Incidents.Waiting.Nobody);

    public Incident? Find(string? incidentId) => Stored.Incidents.FirstOrDefault(incident => incident.Id == incidentId);

    /// <summary>The incident, and the batch of it that counted this one.</summary>
    public (Incident Incident, IncidentBatch Batch)? FindCounted(long hash)
    {
        foreach (var incident in Stored.Incidents)
        {
            foreach (var batch in incident.Batches)
            {
                if (Counts(batch, hash)) return (incident, batch);
            }
        }

        return null;
    }

    /// <summary>The incident in which this one waits to be counted.</summary>
    public Incident? FindWaiting(long hash) => Stored.Incidents.FirstOrDefault(incident => WaitingFor(incident.Id).All.Contains(hash));

    public IncidentState With(Incident incident) => this with
    {
        Stored = Stored with { Incidents = [.. Stored.Incidents.Select(other => other.Id == incident.Id ? incident : other)] },
    };

    public IncidentState Without(string incidentId) => this with
    {
        Stored = Stored with { Incidents = [.. Stored.Incidents.Where(incident => incident.Id != incidentId)] },
        Waiting = Waiting.Remove(incidentId),
        Sending = Sending.Remove(incidentId),
    };

    public IncidentState With(string incidentId, Waiting waiting) => this with { Waiting = Waiting.SetItem(incidentId, waiting) };

    private bool Counts(IncidentBatch batch, long hash) => batch.Pages is null ? Hashes.Contains(batch.Hashes, hash)
        : Pages.TryGetValue(batch.Pages, out var hashes) && Array.BinarySearch(hashes, hash) >= 0;
}
