namespace IoTOrleans.Grains.Presence;

/// <summary>
/// Corrects what was stored while the clock was ahead. What has happened cannot lie in the future. Uncorrected, an outage would be notified
/// late by the step, and no event would count until the clock had caught up.
/// </summary>
internal static class ClockSteps
{
    /// <summary>
    /// Marks that are ahead by less than this stay: AWS stamped them, and its clock is not ours. AWS refuses requests whose time is off by
    /// more than 15 min, so a silo with such a clock reads no queue.
    /// </summary>
    internal static readonly TimeSpan BetweenClocks = TimeSpan.FromHours(1);

    /// <summary>A drop that lies further ahead than that moves its deadline.</summary>
    internal static readonly TimeSpan Noticed = TimeSpan.FromSeconds(5);

    /// <returns>The same state, if there is nothing to put right.</returns>
    public static DeviceState PutRight(DeviceState state, DateTimeOffset now)
    {
        if (state.Outage is { EndsQuietly: true, NeverSeen: false } grace && grace.Since > now + Noticed)
        {
            var ahead = grace.Since - now;
            state = state with { Since = now, Outage = grace with { Since = now, GraceEndsAt = grace.GraceEndsAt - ahead } };
        }

        var (latest, wrong) = (now + BetweenClocks, false);
        var right = state with
        {
            Since = Maybe(state.Since),
            LastEventAt = Maybe(state.LastEventAt),
            ExpectedSince = Maybe(state.ExpectedSince),
            RecoveredAt = Maybe(state.RecoveredAt),
            RecoversAt = state.RecoversAt > latest ? now : state.RecoversAt,
            ClientsForgottenUntil = Maybe(state.ClientsForgottenUntil),
            Unrest = state.Unrest is { } unrest ? unrest with { BackAt = Maybe(unrest.BackAt) } : null,
            Marks = state.Marks.ToDictionary(
                pair => pair.Key, pair => pair.Value with { Stamp = Sure(pair.Value.Stamp), At = Sure(pair.Value.At) }),
            Clients =
            [
                .. state.Clients.Select(client => client with
                {
                    Stamp = Sure(client.Stamp), At = Sure(client.At), OpenedStamp = Sure(client.OpenedStamp),
                    OpenedAt = Sure(client.OpenedAt),
                }),
            ],
            Outage = state.Outage is { } outage ? OutageOf(outage) : null,
            Owing = [.. state.Owing.Select(OutageOf)],
        };
        return wrong ? right : state;

        // It happened before now; the exact moment is not known.
        DateTimeOffset Sure(DateTimeOffset time)
        {
            if (time <= latest) return time;
            wrong = true;
            return now;
        }

        DateTimeOffset? Maybe(DateTimeOffset? time) => time is { } known ? Sure(known) : null;

        Outage OutageOf(Outage outage) => outage with
        {
            Since = Sure(outage.Since),
            Telling = Maybe(outage.Telling),
            NotifiedAt = Maybe(outage.NotifiedAt),
            BackAt = Maybe(outage.BackAt),
            HoldEndsAt = outage.BackAt > latest ? now + (outage.HoldEndsAt - outage.BackAt) : outage.HoldEndsAt,
            RemovedAt = Maybe(outage.RemovedAt),
            ConnectFailures = outage.ConnectFailures is { } failures
                ? failures with { Since = Sure(failures.Since), LastStamp = Sure(failures.LastStamp) } : null,
            Deliveries = outage.Deliveries.ToDictionary(pair => pair.Key, pair => pair.Value with
            {
                RetryAt = pair.Value.RetryAt > latest ? null : pair.Value.RetryAt,
                RefusedSince = Maybe(pair.Value.RefusedSince),
                RepeatedAt = Maybe(pair.Value.RepeatedAt),
            }),
        };
    }
}
