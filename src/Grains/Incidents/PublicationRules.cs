using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Incidents;

/// <summary>When an incident is published, and what follows from the answer.</summary>
internal static class PublicationRules
{
    /// <summary>After this a publication without an answer is sent again; longer than all time-outs and retries together.</summary>
    internal static readonly TimeSpan Lost = TimeSpan.FromMinutes(3);

    /// <summary>Longer than its members wait, which give up after a day from their first refusal.</summary>
    internal static readonly TimeSpan GiveUpAfter = Retries.GiveUpAfter + TimeSpan.FromHours(2);

    /// <summary>If nobody joins within this, most likely nobody will.</summary>
    internal static readonly TimeSpan Calm = TimeSpan.FromSeconds(2);

    /// <summary>The same for many new members, most of which would not be named anyway.</summary>
    internal static readonly TimeSpan CalmOfMany = TimeSpan.FromSeconds(10);

    /// <summary>A few new members, all named, wait no longer than this.</summary>
    internal static readonly TimeSpan LongestWaitOfFew = TimeSpan.FromSeconds(20);

    public static DateTimeOffset? Due(IncidentState state, Incident incident, IncidentTerms terms, DateTimeOffset now)
    {
        if (state.Sending.TryGetValue(incident.Id, out var sentAt)) return sentAt + Lost;
        if (incident.InFlight() is not null) return incident.RetryAt ?? now;
        if (incident.Closed) return null;

        var waiting = state.WaitingFor(incident.Id);
        var over = !incident.OnlyReturns && Batches.EveryoneIsBack(incident, waiting);
        if (waiting.FirstAt is not { } first) return over ? now : null;

        var settled = first + terms.Settle;
        if (incident.OnlyReturns) return Later(settled, LastReturns(state) + IncidentTerms.UpdateEvery);
        if (incident.PublishedAt is not { } last) return Earlier(Later(settled, incident.JoinedAt + Calm), first + terms.GroupWindow);
        if (over) return settled;
        if (waiting.FirstJoinAt is not { } joined) return Later(settled, last + IncidentTerms.UpdateEvery);

        settled = joined + terms.Settle;
        return waiting.Joins <= Batches.MostThings
            ? Earlier(Later(settled, incident.JoinedAt + Calm), joined + LongestWaitOfFew)
            : Later(settled, Earlier(incident.JoinedAt + CalmOfMany, last + IncidentTerms.UpdateEvery));
    }

    public static IncidentDecision Tick(IncidentState state, IncidentTerms terms, DateTimeOffset now)
    {
        var decision = IncidentDecision.Nothing(state);
        foreach (var incident in state.Stored.Incidents)
        {
            if (Due(state, incident, terms, now) is not { } due || due > now) continue;
            var (batch, after, pages) = incident.InFlight() is { } again
                ? (again, decision.State, [])
                : Batches.Next(decision.State, incident, terms, now);
            var (rate, wait) = after.Rate.Next(terms.Destination.RateLimit, now);
            after = after with { Rate = rate, Sending = after.Sending.SetItem(incident.Id, now + wait) };
            var publish = new IncidentEffect.Publish(Batches.Compose(after.Find(incident.Id)!, batch), wait);
            decision = new(after, decision.Persist || incident.InFlight() is null, [.. decision.Effects, publish])
            {
                Pages = [.. decision.Pages, .. pages],
            };
        }

        return decision;
    }

    public static IncidentDecision Published(IncidentState state, IncidentInput.Published published, DateTimeOffset now)
    {
        var incident = state.Find(published.IncidentId);
        if (incident?.InFlight() is not { } batch || batch.Number != published.Number) return IncidentDecision.Nothing(state);

        state = state with { Sending = state.Sending.Remove(incident.Id) };
        return published.Answer.Outcome switch
        {
            DeliveryOutcome.Accepted => Accepted(state, incident, batch, now),
            DeliveryOutcome.Refused => Refused(state, incident, now),
            _ => Failed(state, incident, published.Answer, now),
        };
    }

    private static IncidentDecision Accepted(IncidentState state, Incident incident, IncidentBatch batch, DateTimeOffset now)
    {
        var waiting = state.WaitingFor(incident.Id);
        incident = incident with
        {
            Publications = batch.Number,
            PublishedAt = now,
            Batches = [.. incident.Batches.SkipLast(1), batch with { AcceptedAt = now, Newest = [] }],
            Failures = 0,
            RetryAt = null,
            RefusedSince = null,
            Closed = batch.Closing,
        };
        var tell = new IncidentEffect.Tell(incident.Id, batch.Number, [.. waiting.Counted.Values]);
        state = state.With(incident).With(incident.Id, waiting with { Counted = waiting.Counted.Clear() });
        return new(state, true, tell.Members.Count > 0 ? [tell] : []);
    }

    /// <summary>Makes failed publications due, except refused ones and those that failed often while the destination took others.</summary>
    public static IncidentState AnswersAgain(IncidentState state) => state.Stored.Incidents
        .Where(incident => incident is { RetryAt: not null, RefusedSince: null, Failures: < Retries.FailuresOfItsOwn })
        .Aggregate(state, (all, incident) => all.With(incident with { RetryAt = null }));

    private static IncidentDecision Failed(IncidentState state, Incident incident, DeliveryAnswer answer, DateTimeOffset now)
    {
        // While the destination takes nothing at all, this is not stored: if it gets lost, the publication is tried at once.
        if (answer.AskAgainIn is { } wait && incident.Failures < Retries.FailuresOfItsOwn)
            return new(state.With(incident with { RetryAt = now + wait }), false, []);
        var retryAt = ToMilliseconds(now + Retries.WaitAfter(incident.Id, incident.Failures));
        return new(state.With(incident with { Failures = incident.Failures + 1, RetryAt = retryAt }), true, []);
    }

    private static IncidentDecision Refused(IncidentState state, Incident incident, DateTimeOffset now)
    {
        var since = incident.RefusedSince ?? now;
        if (now - since >= GiveUpAfter)
        {
            var loose = incident.Batches.Select(batch => batch.Pages).OfType<string>();
            state = state with { Stored = state.Stored with { LoosePages = [.. state.Stored.LoosePages, .. loose] } };
            return new(state.Without(incident.Id), true, [new IncidentEffect.WarnGivenUp(incident.Id, incident.Count)]);
        }

        var retryAt = ToMilliseconds(now + Retries.AfterRefused);
        incident = incident with { Failures = incident.Failures + 1, RefusedSince = since, RetryAt = retryAt };
        return new(state.With(incident), true, []);
    }

    private static DateTimeOffset? LastReturns(IncidentState state) =>
        state.Stored.Incidents.Where(incident => incident is { OnlyReturns: true, PublishedAt: not null })
            .Max(incident => incident.PublishedAt);
}
