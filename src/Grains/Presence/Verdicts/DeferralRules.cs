using static IoTOrleans.Grains.Presence.PresenceDecision;

namespace IoTOrleans.Grains.Presence;

/// <summary>
/// A verdict that no verifier confirms waits while the reconnect may be on its way to us: in a queue that has not been read up to the
/// deadline, among the in-flight messages of a silo that died, or in the network buffers of a process that stood still. Not stored.
/// </summary>
internal static class DeferralRules
{
    /// <summary>How often a thing is looked at whose verdict is deferred.</summary>
    internal static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    /// <summary>The shortest such wait, if the queue is nearly read up to the deadline.</summary>
    internal static readonly TimeSpan LookAtLeastAfter = TimeSpan.FromSeconds(1);

    /// <param name="until">Something happened then that we have not heard of: the queue has to be read up to that, too.</param>
    /// <returns>null: we know enough, or have waited long enough.</returns>
    public static PresenceDecision? Defer(
        DeviceState state, Outage grace, RuleContext context, DateTimeOffset now, PresenceEffect? ask = null,
        DateTimeOffset? until = null)
    {
        if (Wait(state, grace, context, until, now) is not { } wait) return null;

        // From when the verdict was deferred first: after an outage of our own every deadline is long past.
        var since = state.Memory is { HeldSince: { } began } memory && memory.AskingAbout == grace.Id ? began : now;
        var longest = since + context.MaxHold;
        if (now >= longest) return null;

        state = state with
        {
            Memory = state.Memory with { HeldSince = since, AskingAbout = grace.Id, AskAgainAt = Earlier(now + wait, longest) },
        };
        return Remember(state, PresenceReason.HeldBacklog, ask is null ? [] : [ask]).Sending();
    }

    private static TimeSpan? Wait(DeviceState state, Outage grace, RuleContext context, DateTimeOffset? happened, DateTimeOffset now)
    {
        if (context.Blind.Stall is { } stall && StillWaking(state, grace, stall, context) is var until && until > now)
            return Look(until - now);
        if (state.Source != EventSource.Queue || context.Blind.Queue is not { } queue) return null;

        var needed = grace.GraceEndsAt - context.Policy.SettleTime;
        if (happened > needed) needed = happened.Value;
        if (!(queue.SeenUntil >= needed)) return queue.SeenUntil is { } seen ? Look(needed - seen) : LookEvery;

        // What is older than the drop could not end it.
        return queue.Hides(state.Memory.HeardAt ?? grace.Since, now) ? Look(queue.HiddenUntil!.Value - now) : null;
    }

    /// <summary>
    /// What waited while the process stood still gets the settle time to come in. A thing on the broker could not come back meanwhile, so
    /// it gets the length of the stall as well.
    /// </summary>
    private static DateTimeOffset StillWaking(DeviceState state, Outage grace, Stall stall, RuleContext context)
    {
        var heard = stall.WokeAt + context.Policy.SettleTime;
        if (state.Source != EventSource.Broker || grace.Since > stall.WokeAt) return heard;
        return grace.GraceEndsAt > stall.WokeAt - stall.Length ? grace.GraceEndsAt + stall.Length + context.Policy.SettleTime : heard;
    }

    private static TimeSpan Look(TimeSpan wait) => wait < LookAtLeastAfter ? LookAtLeastAfter : wait > LookEvery ? LookEvery : wait;
}
