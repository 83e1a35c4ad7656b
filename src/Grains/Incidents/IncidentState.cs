using System.Collections.Immutable;
using IoTOrleans.Contracts;

namespace IoTOrleans.Grains.Incidents;

/// <param name="Stored">What survives.</param>
/// <param name="Waiting">By incident: who asked and has to wait. Lost with the activation, at no harm: they ask again.</param>
/// <param name="Sending">By incident: when its publication was given to the queue.</param>
internal sealed record IncidentState(
    DispatchState Stored, ImmutableDictionary<string, Waiting> Waiting, ImmutableDictionary<string, DateTimeOffset> Sending, Pace Pace)
{
    public static IncidentState Load(DispatchState stored, IncidentTerms terms, DateTimeOffset now)
    {
        // Whatever was sent last, by the activation before this one, is in the state if it was more than one thing.
        var recently = stored.Singles.Select(single => single.At).Concat(stored.Incidents.SelectMany(i => i.Batches).Select(batch => batch.At))
            .Any(at => at > now.AddMinutes(-1)) || stored.Incidents.Any(incident => incident.InFlight() is not null);
        var silence = recently ? Pace.LongestSilence(terms.Destination.RateLimit) : TimeSpan.Zero;
        return new(stored, ImmutableDictionary<string, Waiting>.Empty, ImmutableDictionary<string, DateTimeOffset>.Empty, Pace.New(now + silence));
    }

    public Waiting WaitingFor(string incidentId) => Waiting.GetValueOrDefault(incidentId, Incidents.Waiting.Nobody);

    public Incident? Find(string? incidentId) => Stored.Incidents.FirstOrDefault(incident => incident.Id == incidentId);

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
}

/// <param name="Pending">In no publication yet.</param>
/// <param name="Counted">In the one whose answer is awaited.</param>
/// <param name="FirstAt">Since when somebody is pending.</param>
internal sealed record Waiting(
    ImmutableDictionary<string, Member> Pending, ImmutableDictionary<string, Member> Counted, DateTimeOffset? FirstAt, int Joins, int Silent, int Returns)
{
    public static Waiting Nobody { get; } = new(ImmutableDictionary<string, Member>.Empty, ImmutableDictionary<string, Member>.Empty, null, 0, 0, 0);

    public Waiting Add(Member member, DateTimeOffset now)
    {
        var before = Pending.GetValueOrDefault(member.Key);
        return this with
        {
            Pending = Pending.SetItem(member.Key, member),
            FirstAt = FirstAt ?? now,
            Joins = Joins + (before is null && member.Joins ? 1 : 0),
            Silent = Silent + (before is null && member is { Joins: true, ReturnIsTold: false } ? 1 : 0),
            Returns = Returns + ComesBack(member) - ComesBack(before),
        };
    }

    private static int ComesBack(Member? member) => member is { Returns: true } or { IsLate: true } ? 1 : 0;
}
