
namespace IoTOrleans.Grains.Presence;

/// <summary>How an outage ends: quietly, or with a reconnect that has to last before destinations are notified of it.</summary>
internal static class Recovery
{
    /// <summary>
    /// A destination that is down for weeks must not make a flapping thing's state grow without end. Nobody acts on the oldest any more.
    /// </summary>
    internal const int MostOwing = 16;

    /// <summary>The thing is back, by an event or by the verifier's answer.</summary>
    public static (DeviceState State, PresenceReason Reason) CameBack(
        DeviceState state, DateTimeOffset at, RuleContext context, DateTimeOffset now)
    {
        var outage = state.Outage;
        state = state with
        {
            Connected = true,
            Since = outage is null ? at : Later(at, outage.Since),
            Memory = state.Memory.NotAsking(),
        };
        switch (outage)
        {
            case null:
                return (state, PresenceReason.FirstConnected);

            case { EndsQuietly: true }:
                var quiet = EndQuietly(state, outage, at);
                // A mute that lasts until recovery ends also if no tick came between the deadline and the return.
                var outlasted = outage.Muted
                    || (context.MutedBy.Count > 0 && !outage.Ours && outage.WithGraceOf(context).GraceEndsAt <= at);
                if (outlasted && !context.Policy.Muted) quiet = EndHold(
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

    /// <summary>Ends an outage whose recovery hold has passed. The result is the same at any later moment.</summary>
    public static DeviceState EndHold(DeviceState state, RuleContext context, DateTimeOffset now)
    {
        if (state.RecoversAt <= now) state = state with { RecoveredAt = state.RecoversAt, RecoversAt = null };
        if (state.Outage is not { BackAt: { } backAt, HoldEndsAt: { } holdEndsAt } outage || holdEndsAt > now) return state;

        state = state with { Outage = null, RecoveredAt = holdEndsAt };
        if (!outage.NeverSeen) state = state with { Durations = History.Count(state.Durations, backAt - outage.Since) };
        return DeliveryRules.OwesAnything(outage, over: true, context)
            ? state with { Owing = [.. state.Owing.TakeLast(MostOwing - 1), outage] }
            : state;
    }

    /// <summary>Removes the outages about which, after a change of the settings, no destination is owed anything.</summary>
    public static DeviceState WithoutDebtsPaid(DeviceState state, RuleContext context) =>
        state.Owing.All(outage => DeliveryRules.OwesAnything(outage, over: true, context)) ? state
            : state with { Owing = [.. state.Owing.Where(outage => DeliveryRules.OwesAnything(outage, over: true, context))] };

    /// <summary>Says which notifications are lost because an outage had to make room for newer ones.</summary>
    public static IEnumerable<PresenceEffect> Dropped(DeviceState before, DeviceState after, RuleContext context)
    {
        if (before.Owing.Count < MostOwing || after.Owing.Count < MostOwing || after.Owing[0].Id == before.Owing[0].Id) return [];
        var oldest = before.Owing[0];
        return
            from pair in oldest.Deliveries
            where DeliveryRules.OwesAnything(To(pair), over: true, context)
            select new PresenceEffect.WarnGivenUp(
                pair.Key, oldest.Id, $"{MostOwing} newer outages of the same thing are waiting to be told");

        Outage To(KeyValuePair<string, Delivery> one) =>
            oldest with { Deliveries = new Dictionary<string, Delivery> { [one.Key] = one.Value } };
    }

    /// <summary>Ends an outage without a notification, since none was sent about its beginning.</summary>
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
    /// A reconnect whose event is late may be over already: its end gets the settle time to arrive. Without a recovery hold it counts from
    /// now: a mute that was set in between was meant for this outage.
    /// </summary>
    private static DateTimeOffset HoldEnd(DateTimeOffset at, TimeSpan hold, RuleContext context, DateTimeOffset now) =>
        hold == TimeSpan.Zero ? now : Later(at + hold, now + context.Policy.SettleTime);
}

/// <summary>
/// A thing that keeps coming back for a moment has to stay longer before its recovery is notified: each further return within an hour of
/// the one before doubles the recovery hold.
/// </summary>
internal static class LearnedHold
{
    internal static readonly TimeSpan Remembered = TimeSpan.FromHours(1);
    internal static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    /// <summary>Enough for the shortest hold to become the longest.</summary>
    private const int MostDoublings = 10;

    /// <summary>A hold that is longer in the settings stays as it is, and so does a hold of zero.</summary>
    public static TimeSpan Of(RuleContext context, Unrest? unrest)
    {
        var hold = context.Policy.RecoveryHold;
        if (hold >= Longest) return hold;
        hold *= Math.Pow(2, unrest?.Further ?? 0);
        return hold < Longest ? hold : Longest;
    }

    /// <summary>The thing came back. If it was perhaps we who were away, nothing is learned.</summary>
    public static Unrest? CameBack(Unrest? unrest, Outage outage, DateTimeOffset at)
    {
        if (outage.Ours) return unrest;
        unrest ??= new();
        var further = unrest.BackAt is { } last && at - last <= Remembered ? Math.Min(unrest.Further + 1, MostDoublings) : 0;
        return unrest with { BackAt = at, Further = further };
    }
}
