namespace IoTOrleans.Grains.Incidents;

/// <summary>Keeps a destination's stored state small. Part of each write, so that it costs none of its own.</summary>
internal static class Forgetting
{
    /// <summary>Open incidents of one destination. The returns of one that had to go are told like any others.</summary>
    internal const int MostIncidents = 16;

    /// <summary>An incident is not kept open longer than this without news for things that never come back.</summary>
    internal static readonly TimeSpan Stale = TimeSpan.FromDays(7);

    /// <summary>A member that could not store that it was told asks again; refused ones do so hourly.</summary>
    internal static readonly TimeSpan KeepBatch = TimeSpan.FromHours(2);

    /// <summary>A member may have asked again just before it stored that it was told.</summary>
    internal static readonly TimeSpan KeepRecorded = TimeSpan.FromMinutes(2);

    public static IncidentState Trim(IncidentState state, DateTimeOffset now)
    {
        var incidents = new List<Incident>();
        foreach (var incident in state.Stored.Incidents)
        {
            var trimmed = incident with { Batches = [.. incident.Batches.Where(batch => IsNeeded(batch, now))] };
            if (!IsOver(trimmed, state.WaitingFor(incident.Id), now)) incidents.Add(trimmed);
        }

        // Closed incidents go by themselves when their members must have heard.
        var tooMany = incidents.Count(incident => !incident.Closed) - MostIncidents;
        incidents.RemoveAll(incident => !incident.Closed && incident.InFlight() is null && tooMany-- > 0);
        var known = incidents.Select(incident => incident.Id).ToHashSet();
        var named = incidents.SelectMany(incident => incident.Batches).Select(batch => batch.Pages).ToHashSet();
        var loose = IncidentState.PagesOf(state.Stored).Select(pages => pages.Id).Where(id => !named.Contains(id));
        return state with
        {
            Stored = state.Stored with { Incidents = incidents, LoosePages = [.. state.Stored.LoosePages, .. loose] },
            Waiting = state.Waiting.RemoveRange(state.Waiting.Keys.Where(id => !known.Contains(id))),
        };
    }

    private static bool IsNeeded(IncidentBatch batch, DateTimeOffset now) =>
        batch.AcceptedAt is not { } acceptedAt || now - acceptedAt < (batch.Recorded ? KeepRecorded : KeepBatch);

    private static bool IsOver(Incident incident, UncountedMembers waiting, DateTimeOffset now)
    {
        if (incident.Batches.Count > 0 || !waiting.All.IsEmpty || now - incident.JoinedAt <= IncidentTerms.UpdateEvery) return false;
        return incident.Closed || incident.Silent >= incident.Count || now - (incident.PublishedAt ?? incident.OpenedAt) > Stale;
    }
}
