using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Incidents;

/// <summary>When an incident is told, and what follows from the answer.</summary>
internal static class PublicationRules
{
    /// <summary>A publication without any answer is lost; longer than all time-outs and retries together.</summary>
    internal static readonly TimeSpan Lost = TimeSpan.FromMinutes(3);

    /// <summary>Its members give up after a day of refusals, each from its own first one; the incident outlives them.</summary>
    internal static readonly TimeSpan GiveUpAfter = Retries.GiveUpAfter + TimeSpan.FromHours(2);

    /// <summary>Whoever joins next would most likely have joined within this.</summary>
    internal static readonly TimeSpan Calm = TimeSpan.FromSeconds(2);

    /// <summary>The same of many new members, of whom most would not be named anyway.</summary>
    internal static readonly TimeSpan CalmOfMany = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A few new members, all of whom are named, wait no longer than this: they are told as soon as if they were told singly.
    /// </summary>
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
        if (state.Find(published.IncidentId) is not { } incident || incident.InFlight() is not { } batch
            || batch.Number != published.Number)
            return IncidentDecision.Nothing(state);

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

    /// <summary>What failed is due. But not what is refused, nor what has failed by itself, again and again.</summary>
    public static IncidentState AnswersAgain(IncidentState state) => state.Stored.Incidents
        .Where(incident => incident is { RetryAt: not null, RefusedSince: null, Failures: < Retries.FailuresOfItsOwn })
        .Aggregate(state, (all, incident) => all.With(incident with { RetryAt = null }));

    private static IncidentDecision Failed(IncidentState state, Incident incident, DeliveryAnswer answer, DateTimeOffset now)
    {
        // While the destination takes nothing from anybody there is nothing to be stored: should this get lost, it is tried at once.
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

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset? b) => b > a ? b.Value : a;

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => b < a ? b : a;
}
