namespace IoTOrleans.Grains.Incidents;

/// <summary>The rules for incidents of one destination: state and input in, state and effects out. No I/O, no clock, no logger.</summary>
internal static class IncidentRules
{
    public static IncidentDecision Apply(IncidentState state, IncidentInput input, IncidentTerms terms, DateTimeOffset now)
    {
        var decision = input switch
        {
            IncidentInput.Asked(var members) => AdmissionRules.Asked(state, members, terms, now),
            IncidentInput.Tick(var answersAgain) =>
                PublicationRules.Tick(answersAgain ? PublicationRules.AnswersAgain(state) : state, terms, now),
            IncidentInput.Published published => PublicationRules.Published(state, published, now),
            IncidentInput.PagesDeleted(var id) => Paging.Deleted(state, id),
            _ => throw new ArgumentOutOfRangeException(nameof(input), input, "No rule for this input."),
        };
        return decision.Persist ? Paging.Delete(decision with { State = Forgetting.Trim(decision.State, now) }) : decision;
    }

    /// <summary>When there is something to publish; null: not before a notification asks.</summary>
    public static DateTimeOffset? NextLook(IncidentState state, IncidentTerms terms, DateTimeOffset now) =>
        state.Stored.Incidents.Select(incident => PublicationRules.Due(state, incident, terms, now)).Min();

    /// <summary>New members may join: the last one joined a moment ago, or a publication is in flight.</summary>
    public static bool IsFresh(Incident incident, DateTimeOffset now) =>
        !IsEnding(incident) && (incident.InFlight() is not null || now - incident.JoinedAt <= IncidentTerms.UpdateEvery);

    /// <summary>Its last publication is accepted or in flight.</summary>
    public static bool IsEnding(Incident incident) => incident.Closed || incident.InFlight() is { Closing: true };
}
