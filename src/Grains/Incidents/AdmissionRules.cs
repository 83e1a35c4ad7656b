using System.Buffers.Text;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Grains.Incidents;

/// <summary>What becomes of one notification: sent by itself, or told by an incident.</summary>
internal static class AdmissionRules
{
    public static IncidentDecision Asked(IncidentState state, Member member, IncidentTerms terms, DateTimeOffset now)
    {
        foreach (var incident in state.Stored.Incidents)
        {
            foreach (var batch in incident.Batches)
            {
                if (!Hashes.Contains(batch.Hashes, member.Hash)) continue;
                if (batch.AcceptedAt is not null) return new(state, false, [], IncidentReason.ToldAlready, Admission.Told(incident.Id));
                var waiting = state.WaitingFor(incident.Id);
                state = state.With(incident.Id, waiting with { Counted = waiting.Counted.SetItem(member.Key, member) });
                return Wait(state, incident, IncidentReason.WaitsForAnswer, now);
            }
        }

        if (state.Stored.Incidents.FirstOrDefault(incident => state.WaitingFor(incident.Id).Pending.ContainsKey(member.Key)) is { } asked)
            return Wait(state.With(asked.Id, state.WaitingFor(asked.Id).Add(member, now)), asked, IncidentReason.Joined, now);

        // Whatever is said of one that was told by an incident is said by that incident, as long as it is open.
        if (!member.Joins && state.Find(member.IncidentId) is { } own && !IncidentRules.IsEnding(own))
            return Wait(state.With(own.Id, state.WaitingFor(own.Id).Add(member, now)), own, IncidentReason.Returned, now);

        if (!MayJoin(member, terms.Destination)) return Go(state, IncidentReason.Paced, terms, now);
        if (state.Stored.Singles.Any(single => single.Hash == member.Hash)) return Go(state, IncidentReason.SingleAgain, terms, now);
        return Fresh(state, member, now) is { } fresh ? Join(state, fresh, member, now) : SingleOrFirst(state, member, terms, now);
    }

    /// <summary>Outages and returns; nothing else (a reminder, <c>device.flapping</c>) says the same as its neighbours.</summary>
    private static bool MayJoin(Member member, DestinationTerms destination) =>
        destination.Collapse && (member.Joins || (member.Returns && !destination.AlertPerOutage));

    private static Incident? Fresh(IncidentState state, Member member, DateTimeOffset now) =>
        state.Stored.Incidents.LastOrDefault(incident => incident.OnlyReturns == member.Returns && IncidentRules.IsFresh(incident, now));

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

            // Stored at once: should this activation die before anything is published, whoever asks again finds the storm known.
            return Join(state, incident, member, now) with { Persist = true, Reason = IncidentReason.Opened };
        }

        var told = new ToldSingly { Hash = member.Hash, Back = member.Returns, Due = member.Due, At = now };
        var singles = state.Stored.Singles.Where(single => now - single.At <= IncidentTerms.UpdateEvery);
        state = state with { Stored = state.Stored with { Singles = [.. singles, told] } };

        // The lone notification, which is the usual one, costs no write; a second one may be the beginning of a storm.
        return Go(state, IncidentReason.Single, terms, now) with { Persist = within > 0 };
    }

    /// <summary>Returns were told as one a moment ago, and here are more of them.</summary>
    private static bool ReturnsGoOn(IncidentState state, Member member, DateTimeOffset now) =>
        member.Returns && state.Stored.Incidents.Any(i => i.OnlyReturns && IncidentRules.IsEnding(i) && now - i.JoinedAt <= IncidentTerms.UpdateEvery);

    private static IncidentDecision Join(IncidentState state, Incident incident, Member member, DateTimeOffset now)
    {
        incident = incident with { JoinedAt = now };
        return Wait(state.With(incident).With(incident.Id, state.WaitingFor(incident.Id).Add(member, now)), incident, IncidentReason.Joined, now);
    }

    private static IncidentDecision Wait(IncidentState state, Incident incident, IncidentReason reason, DateTimeOffset now) =>
        incident is { RefusedSince: not null } && incident.RetryAt > now
            ? new(state, false, [], IncidentReason.Refused, new Admission(AdmissionKind.Answered, Answer: Refused(incident)))
            : new(state, false, [], reason, Admission.Later);

    /// <summary>So that each thing shows it, and gives up after a day like with a notification of its own.</summary>
    private static DeliveryAnswer Refused(Incident incident) => DeliveryAnswer.Refused($"refused with incident {incident.Id}");

    private static IncidentDecision Go(IncidentState state, IncidentReason reason, IncidentTerms terms, DateTimeOffset now)
    {
        var (pace, wait) = state.Pace.Next(terms.Destination.RateLimit, now);
        return new(state with { Pace = pace }, false, [], reason, Admission.Go(wait));
    }
}
