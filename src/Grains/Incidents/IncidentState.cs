using System.Collections.Immutable;

namespace IoTOrleans.Grains.Incidents;

/// <param name="Pages">The hashes in the pages of each batch by page ID, ascending. They are never changed.</param>
/// <param name="Waiting">By incident ID. Not stored: the members ask again.</param>
/// <param name="Sending">By incident ID: when its publication was given to the queue.</param>
internal sealed record IncidentState(
    DispatchState Stored, ImmutableDictionary<string, long[]> Pages, ImmutableDictionary<string, UncountedMembers> Waiting,
    ImmutableDictionary<string, DateTimeOffset> Sending, ImmutableHashSet<string> Deleting, SendRate Rate)
{
    public static IncidentState Load(
        DispatchState stored, IReadOnlyDictionary<string, long[]> pages, IncidentTerms terms, DateTimeOffset now)
    {
        // What the activation before this one sent last is in the state, unless it was a single notification.
        var recently = stored.Singles.Select(single => single.At)
            .Concat(stored.Incidents.SelectMany(i => i.Batches).Select(batch => batch.At))
            .Any(at => at > now.AddMinutes(-1)) || stored.Incidents.Any(incident => incident.InFlight() is not null);
        var silence = recently ? SendRate.LongestSilence(terms.Destination.RateLimit) : TimeSpan.Zero;
        return new(
            stored, pages.ToImmutableDictionary(), ImmutableDictionary<string, UncountedMembers>.Empty,
            ImmutableDictionary<string, DateTimeOffset>.Empty, [], new SendRate([], 0, NotBefore: now + silence));
    }

    public static IEnumerable<(string Id, int Count)> PagesOf(DispatchState stored) =>
        from incident in stored.Incidents from batch in incident.Batches where batch.Pages is not null
        select (batch.Pages, batch.PageCount);

    public UncountedMembers WaitingFor(string incidentId) => Waiting.GetValueOrDefault(incidentId, UncountedMembers.None);

    public Incident? Find(string? incidentId) => Stored.Incidents.FirstOrDefault(incident => incident.Id == incidentId);

    public (Incident Incident, IncidentBatch Batch)? FindCounted(long hash)
    {
        foreach (var incident in Stored.Incidents)
        {
            if (incident.Batches.FirstOrDefault(batch => Counts(batch, hash)) is { } batch) return (incident, batch);
        }

        return null;
    }

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

    public IncidentState With(string incidentId, UncountedMembers waiting) => this with { Waiting = Waiting.SetItem(incidentId, waiting) };

    private bool Counts(IncidentBatch batch, long hash) => batch.Pages is null ? Hashes.Contains(batch.Hashes, hash)
        : Pages.TryGetValue(batch.Pages, out var hashes) && Array.BinarySearch(hashes, hash) >= 0;
}
