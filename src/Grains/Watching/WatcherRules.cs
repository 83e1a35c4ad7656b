using IoTOrleans.Grains.Dispatch;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Watching;

/// <summary>The rules for blindness: state and what is known in, state and notifications out. No I/O, no clock.</summary>
internal static class WatcherRules
{
    /// <summary>The service is not blind any more if it is no further behind than this.</summary>
    internal static readonly TimeSpan KnowsWithin = TimeSpan.FromMinutes(1);

    internal static readonly TimeSpan RetryAfter = SendGate.TrialEvery;

    internal static readonly TimeSpan RefusedRetryAfter = TimeSpan.FromHours(1);

    public static WatcherState Look(
        WatcherState state, DateTimeOffset knownUntil, IReadOnlyDictionary<string, DestinationTerms> destinations, string cluster,
        DateTimeOffset now) => state.Blindness switch
    {
        null when now - knownUntil > Blindness.After => new()
        {
            Blindness = new() { Id = Outages.IdOf($"{cluster}\nwatcher", knownUntil), Since = knownUntil, DetectedAt = now },
        },
        { EndedAt: null } blindness when now - knownUntil <= KnowsWithin =>
            new() { Blindness = AllOwedTheEnd(blindness with { EndedAt = now }, destinations) },

        // Blind again before every destination has accepted the end: it goes on.
        { EndedAt: not null } blindness when now - knownUntil > Blindness.After => new() { Blindness = blindness with { EndedAt = null } },
        _ => state,
    };

    /// <summary>What a look adds to the time of which it was not known what happened.</summary>
    /// <param name="countedUntil">When it was looked before.</param>
    public static TimeSpan BlindTime(WatcherState before, WatcherState after, DateTimeOffset countedUntil, DateTimeOffset now)
    {
        if (before.Blindness is { EndedAt: null }) return Later(now - countedUntil, TimeSpan.Zero);
        return after.Blindness is { EndedAt: null } began
            ? now - Later(began.Since, before.Blindness?.EndedAt ?? began.Since) : TimeSpan.Zero;
    }

    /// <summary>What is owed to each destination now; the end only where the beginning was accepted.</summary>
    public static IEnumerable<(string Destination, Notification Notification)> Due(
        WatcherState state, IReadOnlyDictionary<string, DestinationTerms> destinations, string cluster, DateTimeOffset now)
    {
        if (state.Blindness is not { } blindness) yield break;
        foreach (var (name, terms) in destinations)
        {
            var told = blindness.Told.GetValueOrDefault(name) ?? new();
            if (told.NotBefore > now) continue;
            if (blindness.EndedAt is null ? told.Blind && terms.KeepAlive == TimeSpan.Zero : !told.Blind) continue;
            yield return (name, Compose(blindness, cluster, now));
        }
    }

    public static WatcherState Answered(
        WatcherState state, string id, NotificationEvent notificationEvent, string destination, DestinationTerms terms,
        DeliveryAnswer answer, DateTimeOffset now)
    {
        if (state.Blindness is not { } blindness || blindness.Id != id) return state;
        var ends = notificationEvent == NotificationEvent.WatcherOk;
        var told = blindness.Told.GetValueOrDefault(destination) ?? new();
        told = answer.Outcome switch
        {
            DeliveryOutcome.Accepted when ends => new(),
            DeliveryOutcome.Accepted => new()
            {
                Blind = true,
                NotBefore = terms.KeepAlive > TimeSpan.Zero && blindness.EndedAt is null ? now + terms.KeepAlive : null,
            },
            DeliveryOutcome.Refused => told with { NotBefore = now + RefusedRetryAfter },
            _ => told with { NotBefore = now + RetryAfter },
        };

        // A destination that wants no ends is not owed this one.
        if (told.Blind && blindness.EndedAt is not null && !terms.SendResolved) told = new();
        var all = new Dictionary<string, BlindnessTold>(blindness.Told) { [destination] = told };
        return Settle(state with { Blindness = blindness with { Told = all } });
    }

    /// <summary>The end does not wait for a time that a refusal or a keep-alive of the beginning has set.</summary>
    private static Blindness AllOwedTheEnd(Blindness over, IReadOnlyDictionary<string, DestinationTerms> destinations) => over with
    {
        Told = over.Told.Where(pair => destinations.TryGetValue(pair.Key, out var terms) && terms.SendResolved)
            .ToDictionary(pair => pair.Key, pair => pair.Value with { NotBefore = null }),
    };

    /// <summary>Drops a blindness that is over, once all destinations that were told of it have accepted the end.</summary>
    public static WatcherState Settle(WatcherState state) =>
        state.Blindness is { EndedAt: not null } over && !over.Told.Values.Any(told => told.Blind) ? new() : state;

    private static Notification Compose(Blindness blindness, string cluster, DateTimeOffset now) => new()
    {
        Event = blindness.EndedAt is null ? NotificationEvent.WatcherBlind : NotificationEvent.WatcherOk,
        ThingName = cluster,
        OutageId = blindness.Id,
        Since = blindness.Since,
        DetectedAt = blindness.DetectedAt,
        RecoveredAt = blindness.EndedAt,
        Duration = (blindness.EndedAt ?? now) - blindness.Since,
        Grace = Blindness.After,
        Attributes = new Dictionary<string, string>(),
    };
}
