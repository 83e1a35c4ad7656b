using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Incidents;

/// <summary>When an incident is told, and what follows from the answer.</summary>
internal static class PublicationRules
{
    /// <summary>A publication without any answer is lost; longer than all time-outs and retries together.</summary>
    internal static readonly TimeSpan Lost = TimeSpan.FromMinutes(3);

    /// <summary>Its members give up after a day of refusals, each from its own first one; the incident outlives them.</summary>
    internal static readonly TimeSpan GiveUpAfter = TellingRules.GiveUpAfter + TimeSpan.FromHours(2);

    public static DateTimeOffset? Due(IncidentState state, Incident incident, IncidentTerms terms, DateTimeOffset now)
    {
        if (state.Sending.TryGetValue(incident.Id, out var sentAt)) return sentAt + Lost;
        if (incident.InFlight() is not null) return incident.RetryAt ?? now;
        var waiting = state.WaitingFor(incident.Id);
        if (waiting.FirstAt is not { } first || incident.Closed) return null;

        var settled = first + terms.Settle;
        if (incident.OnlyReturns) return Later(settled, LastReturns(state) + IncidentTerms.UpdateEvery);
        return incident.PublishedAt is { } last && !EveryoneIsBack(incident, waiting) ? Later(settled, last + IncidentTerms.UpdateEvery) : settled;
    }

    public static IncidentDecision Tick(IncidentState state, IncidentTerms terms, DateTimeOffset now)
    {
        var decision = IncidentDecision.Nothing(state, IncidentReason.Nothing);
        foreach (var incident in state.Stored.Incidents)
        {
            if (Due(state, incident, terms, now) is not { } due || due > now) continue;
            var (batch, after) = incident.InFlight() is { } again ? (again, decision.State) : Batches.Next(decision.State, incident, now);
            var (pace, wait) = after.Pace.Next(terms.Destination.RateLimit, now);
            after = after with { Pace = pace, Sending = after.Sending.SetItem(incident.Id, now + wait) };
            var publish = new IncidentEffect.Publish(Batches.Compose(after.Find(incident.Id)!, batch), wait);
            decision = new(after, decision.Persist || incident.InFlight() is null, [.. decision.Effects, publish], IncidentReason.Published);
        }

        return decision;
    }

    public static IncidentDecision Published(IncidentState state, IncidentInput.Published published, DateTimeOffset now)
    {
        if (state.Find(published.IncidentId) is not { } incident || incident.InFlight() is not { } batch || batch.Number != published.Number)
            return IncidentDecision.Nothing(state, IncidentReason.Nothing);

        state = state with { Sending = state.Sending.Remove(incident.Id) };
        return published.Answer.Outcome switch
        {
            DeliveryOutcome.Accepted => Accepted(state, incident, batch, now),
            DeliveryOutcome.Refused => Refused(state, incident, now),
            _ => Failed(state, incident, published.Answer, now),
        };
    }

    public static IncidentDecision Recorded(IncidentState state, string incidentId, int number)
    {
        if (state.Find(incidentId) is not { } incident) return IncidentDecision.Nothing(state, IncidentReason.Nothing);
        var batches = incident.Batches.Select(batch => batch.Number == number ? batch with { Recorded = true } : batch);
        return IncidentDecision.Nothing(state.With(incident with { Batches = [.. batches] }), IncidentReason.Recorded);
    }

    private static IncidentDecision Accepted(IncidentState state, Incident incident, IncidentBatch batch, DateTimeOffset now)
    {
        var waiting = state.WaitingFor(incident.Id);
        var told = waiting.Counted.Values.ToList();
        incident = incident with
        {
            Publications = batch.Number,
            PublishedAt = now,
            Batches = [.. incident.Batches.SkipLast(1), batch with { AcceptedAt = now }],
            Failures = 0,
            RetryAt = null,
            RefusedSince = null,
            Closed = batch.Closing,
        };
        state = state.With(incident).With(incident.Id, waiting with { Counted = waiting.Counted.Clear() });
        var tell = new IncidentEffect.Tell(incident.Id, batch.Number, told, All: told.Count == Hashes.Count(batch.Hashes));
        return new(state, true, [tell], IncidentReason.Accepted);
    }

    /// <summary>What failed is due. But not what is refused, nor what has failed by itself, again and again.</summary>
    public static IncidentState AnswersAgain(IncidentState state) => state.Stored.Incidents
        .Where(incident => incident is { RetryAt: not null, RefusedSince: null, Failures: < TellingRules.FailuresOfItsOwn })
        .Aggregate(state, (all, incident) => all.With(incident with { RetryAt = null }));

    private static IncidentDecision Failed(IncidentState state, Incident incident, DeliveryAnswer answer, DateTimeOffset now)
    {
        // While the destination takes nothing from anybody there is nothing to be stored: should this get lost, it is tried at once.
        if (answer.AskAgainIn is { } wait && incident.Failures < TellingRules.FailuresOfItsOwn)
            return new(state.With(incident with { RetryAt = now + wait }), false, [], IncidentReason.PublicationFailed);
        var retryAt = PresenceRules.ToMilliseconds(now + TellingRules.WaitAfter(incident.Id, incident.Failures));
        return new(state.With(incident with { Failures = incident.Failures + 1, RetryAt = retryAt }), true, [], IncidentReason.PublicationFailed);
    }

    private static IncidentDecision Refused(IncidentState state, Incident incident, DateTimeOffset now)
    {
        var since = incident.RefusedSince ?? now;
        if (now - since >= GiveUpAfter)
            return new(state.Without(incident.Id), true, [new IncidentEffect.WarnGivenUp(incident.Id, incident.Count)], IncidentReason.GivenUp);
        var retryAt = PresenceRules.ToMilliseconds(now + TellingRules.RefusedRetry);
        incident = incident with { Failures = incident.Failures + 1, RefusedSince = since, RetryAt = retryAt };
        return new(state.With(incident), true, [], IncidentReason.PublicationRefused);
    }

    /// <summary>Nobody is away any more, as far as anybody will say so.</summary>
    private static bool EveryoneIsBack(Incident incident, Waiting waiting)
    {
        var expected = incident.Count + waiting.Joins - incident.Silent - waiting.Silent;
        return expected > 0 && incident.Back + waiting.Returns >= expected && waiting.Pending.Count <= IncidentTerms.MostPerBatch;
    }

    private static DateTimeOffset? LastReturns(IncidentState state) =>
        state.Stored.Incidents.Where(incident => incident is { OnlyReturns: true, PublishedAt: not null }).Max(incident => incident.PublishedAt);

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset? b) => b > a ? b.Value : a;
}
