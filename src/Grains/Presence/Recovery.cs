using static IoTOrleans.Grains.Ports.Moments;

namespace IoTOrleans.Grains.Presence;

/// <summary>How an outage ends: quietly, or with a reconnect that has to hold before anyone is told.</summary>
internal static class Recovery
{
    /// <summary>
    /// A destination that is dead for weeks must not make a flapping thing's state grow without end. The oldest debts are the
    /// ones that nobody acts on any more.
    /// </summary>
    internal const int MostOwing = 16;

    /// <summary>The thing is back, by an event or by the verifier's word.</summary>
    public static (DeviceState State, PresenceReason Reason) CameBack(
        DeviceState state, DateTimeOffset at, RuleContext context, DateTimeOffset now)
    {
        var outage = state.Outage;
        state = state with
        {
            Connected = true,
            Since = outage is null ? at : Later(at, outage.Since),
            Memory = LookingRules.NotAsking(state.Memory),
        };
        switch (outage)
        {
            case null:
                return (state, PresenceReason.FirstConnected);

            case { Telling: null }:
                var quiet = EndQuietly(state, outage, at);
                if (outage.Muted && !context.Policy.Muted) quiet = EndHold(
                    quiet with { RecoversAt = HoldEnd(at, LearnedHold.Of(context, quiet.Unrest), context, now) }, context, now);
                return (quiet, outage.Muted ? PresenceReason.CameBackMuted : PresenceReason.CameBackInGrace);

            default:
                state = state with { Unrest = LearnedHold.CameBack(state.Unrest, outage, at) };
                var hold = LearnedHold.Of(context, state.Unrest);
                var back = outage with
                {
                    BackAt = Later(at, outage.Since),
                    HoldEndsAt = HoldEnd(at, hold, context, now),
                };
                return (EndHold(state with { Outage = back }, context, now), PresenceReason.CameBackTold);
        }
    }

    /// <summary>Moves an outage whose hold has passed to those that are over; the same state whoever does it, and whenever.</summary>
    public static DeviceState EndHold(DeviceState state, RuleContext context, DateTimeOffset now)
    {
        if (state.RecoversAt <= now) state = state with { RecoveredAt = state.RecoversAt, RecoversAt = null };
        if (state.Outage is not { BackAt: { } backAt, HoldEndsAt: { } holdEndsAt } outage || holdEndsAt > now) return state;

        state = state with { Outage = null, RecoveredAt = holdEndsAt, Durations = History.Count(state.Durations, backAt - outage.Since) };
        return TellingRules.OwesAnything(outage, over: true, context)
            ? state with { Owing = [.. state.Owing.TakeLast(MostOwing - 1), outage] }
            : state;
    }

    /// <summary>Without the outages of which nobody is owed a word any more, because a setting has changed since.</summary>
    public static DeviceState WithoutDebtsPaid(DeviceState state, RuleContext context) =>
        state.Owing.All(outage => TellingRules.OwesAnything(outage, over: true, context)) ? state
            : state with { Owing = [.. state.Owing.Where(outage => TellingRules.OwesAnything(outage, over: true, context))] };

    /// <summary>The debts that had to make room for newer ones: lost, but not silently.</summary>
    public static IEnumerable<PresenceEffect> Dropped(DeviceState before, DeviceState after, RuleContext context)
    {
        if (before.Owing.Count < MostOwing || after.Owing.Count < MostOwing || after.Owing[0].Id == before.Owing[0].Id) return [];
        var oldest = before.Owing[0];
        return
            from pair in oldest.Deliveries
            where TellingRules.OwesAnything(To(pair), over: true, context)
            select new PresenceEffect.WarnGivenUp(
                pair.Key, oldest.Id, $"{MostOwing} newer outages of the same thing are waiting to be told");

        Outage To(KeyValuePair<string, Delivery> one) =>
            oldest with { Deliveries = new Dictionary<string, Delivery> { [one.Key] = one.Value } };
    }

    /// <summary>Nobody was told, so nobody has to hear of its end.</summary>
    public static DeviceState EndQuietly(DeviceState state, Outage outage, DateTimeOffset at)
    {
        state = FlappingRules.CountDrop(state with { Unrest = LearnedHold.CameBack(state.Unrest, outage, at) }, outage, at);
        return state with
        {
            Outage = null,
            Suppressed = outage.Ours ? state.Suppressed : state.Suppressed + 1,
            Durations = outage.Ours ? state.Durations : History.Count(state.Durations, Later(at, outage.Since) - outage.Since),
        };
    }

    /// <summary>
    /// A reconnect that arrives late may be over already: its end gets the same time to arrive as a late drop. Without a hold it counts
    /// from when we know of it: a mute that was set in between was meant for the absence that it ends.
    /// </summary>
    private static DateTimeOffset HoldEnd(DateTimeOffset at, TimeSpan hold, RuleContext context, DateTimeOffset now) =>
        hold == TimeSpan.Zero ? now : Later(at + hold, now + context.Policy.SettleTime);
}
