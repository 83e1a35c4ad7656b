namespace IoTOrleans.Grains.Incidents;

/// <summary>The incidents that are not over, for people who look.</summary>
internal static class OpenIncidents
{
    /// <returns>Each as a publication that went out now would tell it, oldest first.</returns>
    public static IReadOnlyList<FleetNotification> Of(IncidentState state, DateTimeOffset now) =>
        [.. state.Stored.Incidents.Where(incident => !incident.Closed).Select(incident => Batches.Now(state, incident, now))];

    /// <summary>
    /// Each destination has incidents of its own. Those that started within the same window are the same storm, seen by several: the
    /// largest one stands for all.
    /// </summary>
    /// <returns>Oldest first.</returns>
    public static IReadOnlyList<FleetIncident> Merge(
        IReadOnlyDictionary<string, IReadOnlyList<FleetNotification>> byDestination, TimeSpan window)
    {
        var storms = new List<List<(string Destination, FleetNotification Incident)>>();
        var all = from pair in byDestination from incident in pair.Value
                  orderby incident.StartedAt, pair.Key, incident.IncidentId select (Destination: pair.Key, Incident: incident);
        foreach (var one in all)
        {
            var same = storms.Find(storm => storm[0].Incident is var first && first.OnlyReturns == one.Incident.OnlyReturns
                && one.Incident.StartedAt - first.StartedAt <= window && !storm.Exists(known => known.Destination == one.Destination));
            if (same is null) storms.Add([one]);
            else same.Add(one);
        }

        return [.. storms.Select(storm => new FleetIncident(
            storm.MaxBy(one => one.Incident.Count).Incident,
            [.. storm.Select(one => one.Destination).Order(StringComparer.Ordinal)]))];
    }
}
