using System.Buffers.Text;

namespace IoTOrleans.Grains.Incidents;

/// <summary>Whether a notification is sent by itself or told by an incident.</summary>
internal static class AdmissionRules
{
    /// <summary>A member that left before these and asks again is counted as gone twice.</summary>
    private const int MostLeft = 4_000;

    public static IncidentDecision Asked(IncidentState state, IReadOnlyList<Member> members, IncidentTerms terms, DateTimeOffset now)
    {
        var (persist, opens, admissions, pages) = (false, false, new List<Admission>(members.Count), new List<PageWrite>());
        foreach (var member in members)
        {
            var one = Asked(state, member, terms, now);
            state = one.State;
            persist |= one.Persist;
            opens |= one.Opens;
            admissions.AddRange(one.Admissions);
            pages.AddRange(one.Pages);
        }

        return new(state, persist, []) { Opens = opens, Admissions = admissions, Pages = pages };
    }

    private static IncidentDecision Asked(IncidentState state, Member member, IncidentTerms terms, DateTimeOffset now)
    {
        if (state.FindCounted(member.Hash) is var (incident, batch))
        {
            if (batch.AcceptedAt is not null) return Answer(state, Admission.Told(incident.Id));
            return Wait(state.With(incident.Id, state.WaitingFor(incident.Id).Count(member)), incident, now);
        }

        if (state.FindWaiting(member.Hash) is { } asked) return Add(state, asked, member, terms, now);
        if (member.Stale) return Answer(state, Admission.LookFirst);

        if (member.Leaves) return Leave(state, member, terms, now);

        // Everything about an outage that an incident told is told by that incident, as long as it is open.
        if (!member.Joins && state.Find(member.IncidentId) is { } own && !IncidentRules.IsEnding(own))
            return Add(state, own, member, terms, now);

        if (!MayJoin(member, terms.Destination)) return Go(state, terms, now);
        if (state.Stored.Singles.Any(single => single.Hash == Hashes.Short(member.Hash))) return Go(state, terms, now);
        var fresh = state.Stored.Incidents.LastOrDefault(i => i.OnlyReturns == member.Returns && IncidentRules.IsFresh(i, now));
        return fresh is null ? SingleOrFirst(state, member, terms, now) : Join(state, fresh, member, terms, now);
    }

    /// <summary>Only outages and returns of many things say the same.</summary>
    private static bool MayJoin(Member member, DestinationTerms destination) =>
        destination.Collapse && (member.Joins || (member.Returns && !destination.AlertPerOutage));

    private static IncidentDecision SingleOrFirst(IncidentState state, Member member, IncidentTerms terms, DateTimeOffset now)
    {
        var within = state.Stored.Singles.Count(single => single.Back == member.Returns
            && ((single.Due - member.Due).Duration() <= terms.GroupWindow || single.At >= now - terms.GroupWindow));
        if (within >= terms.CollapseAbove || ReturnsGoOn(state, member, now))
        {
            var incident = new Incident
            {
                Id = Base64Url.EncodeToString(Guid.NewGuid().ToByteArray()), OnlyReturns = member.Returns, OpenedAt = now, JoinedAt = now,
            };
            state = state with { Stored = state.Stored with { Incidents = [.. state.Stored.Incidents, incident] } };

            // Stored at once: if this activation dies before the first publication, the next one knows the incident.
            return Join(state, incident, member, terms, now) with { Persist = true, Opens = true };
        }

        var told = new ToldSingly { Hash = Hashes.Short(member.Hash), Back = member.Returns, Due = member.Due, At = now };
        var singles = state.Stored.Singles.Where(single => now - single.At <= IncidentTerms.UpdateEvery);
        state = state with { Stored = state.Stored with { Singles = [.. singles, told] } };

        // A single notification, the usual case, costs no write. A second one may be the beginning of a storm.
        return Go(state, terms, now) with { Persist = within > 0 };
    }

    /// <summary>Returns were told as one a moment ago, and this is one more.</summary>
    private static bool ReturnsGoOn(IncidentState state, Member member, DateTimeOffset now) => member.Returns
        && state.Stored.Incidents.Any(i => i.OnlyReturns && IncidentRules.IsEnding(i) && now - i.JoinedAt <= IncidentTerms.UpdateEvery);

    private static IncidentDecision Join(IncidentState state, Incident incident, Member member, IncidentTerms terms, DateTimeOffset now)
    {
        if (incident.JoinedAt == now) return Add(state, incident, member, terms, now);
        incident = incident with { JoinedAt = now };
        return Add(state.With(incident), incident, member, terms, now);
    }

    private static IncidentDecision Add(IncidentState state, Incident incident, Member member, IncidentTerms terms, DateTimeOffset now)
    {
        var waiting = state.WaitingFor(incident.Id);
        if (waiting.All.Count >= terms.MostWaiting && !waiting.All.Contains(member.Hash)) return Wait(state, incident, now);
        (state, var pages) = Paging.Gather(state.With(incident.Id, waiting.Add(member, incident.OnlyReturns, now)), incident.Id, terms);
        return Wait(state, incident, now) with { Pages = pages };
    }

    /// <summary>The thing was forgotten: no incident waits for its return, and its destination learns that if it was told.</summary>
    private static IncidentDecision Leave(IncidentState state, Member member, IncidentTerms terms, DateTimeOffset now)
    {
        var hash = member.OutageHash;
        if (state.FindWaiting(hash) is { } asked)
        {
            state = state.With(asked.Id, state.WaitingFor(asked.Id).Without(member, hash));
            return Answer(state, Admission.Answered(DeliveryAnswer.Accepted("nobody had been told of the outage")));
        }

        var counted = state.FindCounted(hash);
        if (counted is { Batch.AcceptedAt: null }) return Answer(state, Admission.Later);
        var own = counted?.Incident ?? state.Find(member.IncidentId);
        var leaves = own is { Closed: false } && member.ReturnIsTold && !Hashes.ContainsUnsorted(state.Stored.Left, hash);
        if (!leaves) return Go(state, terms, now);

        // Stored at once: once it is sent, the thing does not ask again.
        state = state.With(own! with { Gone = own.Gone + 1 });
        state = state with { Stored = state.Stored with { Left = Hashes.Append(state.Stored.Left, hash, MostLeft) } };
        return Go(state, terms, now) with { Persist = true };
    }

    /// <summary>Each member of a refused incident shows the refusal, and gives up after a day as with a notification of its own.</summary>
    private static IncidentDecision Wait(IncidentState state, Incident incident, DateTimeOffset now) =>
        incident is { RefusedSince: not null } && incident.RetryAt > now
            ? Answer(state, Admission.Answered(DeliveryAnswer.Refused($"refused with incident {incident.Id}")))
            : Answer(state, Admission.Later);

    private static IncidentDecision Go(IncidentState state, IncidentTerms terms, DateTimeOffset now)
    {
        var (rate, wait) = state.Rate.Next(terms.Destination.RateLimit, now);
        return Answer(state with { Rate = rate }, Admission.Go(wait));
    }

    private static IncidentDecision Answer(IncidentState state, Admission admission) => new(state, false, []) { Admissions = [admission] };
}
