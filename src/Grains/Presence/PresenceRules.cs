namespace IoTOrleans.Grains.Presence;

/// <summary>
/// The rules of presence: state and input in, state, effects and a named reason out. No I/O, no clock, no logger; whoever calls
/// stores the state, keeps the clock and asks the world.
/// </summary>
internal static class PresenceRules
{
    /// <param name="settings">What holds for the thing but for what is set in its own state.</param>
    public static PresenceDecision Apply(DeviceState state, PresenceInput input, RuleContext settings, DateTimeOffset now)
    {
        var context = settings.With(state.Override);

        var stored = state;
        state = ClockSteps.PutRight(state, now);

        // A recovery hold ends by the clock alone. Storing that can wait for the next write, unless there will be none.
        var held = state.Outage;
        var settled = Recovery.EndHold(state, context, now);
        var decision = input is PresenceInput.PolicySet(var wanted)
            ? OverrideRules.Apply(settled, wanted, settings, now)
            : Decide(settled, input, context, now);
        context = settings.With(decision.State.Override);
        if (!ReferenceEquals(settled, state) && !decision.Persist && settled.Owing.All(owing => owing.Id != held?.Id))
        {
            decision = PresenceDecision.Store(decision.State, PresenceReason.HoldHeld, settled.RecoveredAt!.Value, decision.Effects);
        }

        // Once: else the moment that it is put to would move along with the clock.
        if (!ReferenceEquals(stored, state)) decision = decision with { Persist = true };
        decision = FlappingRules.Follow(state, decision, input, context, now);
        decision = decision with { State = LookingRules.PlanRecheck(decision.State, context, now) };
        decision = decision with { Effects = [.. decision.Effects, .. Recovery.Dropped(state, decision.State, context)] };
        return decision.Persist ? decision with { State = StateBudget.Trim(decision.State, context.ThingName) } : decision;
    }

    /// <summary>Times are stored in milliseconds; finer ones would compare differently before and after a restart.</summary>
    public static DateTimeOffset ToMilliseconds(DateTimeOffset time) =>
        DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());

    private static PresenceDecision Decide(DeviceState state, PresenceInput input, RuleContext context, DateTimeOffset now) =>
        input switch
        {
            PresenceInput.Changed(var change) => ConnectionRules.Apply(state, change, context, now),
            PresenceInput.BrokerStarted(var start) => ConnectionRules.BrokerStarted(state, start, context, now),
            PresenceInput.Tick(var answersAgain) =>
                KeepAliveRules.Add(LookingRules.Tick(TellingRules.AnswersAgain(state, answersAgain), context, now), context, now),
            PresenceInput.Verified(var outageId, var answer) => LookingRules.Verified(state, outageId, answer, context, now),
            PresenceInput.Audited(var answer) => AuditRules.Audited(state, answer, context, now),
            PresenceInput.Forgotten => RemovalRules.Forget(state, context, now),
            PresenceInput.Answered answer => TellingRules.Answered(state, answer, context, now),
            _ => throw new ArgumentOutOfRangeException(nameof(input), input, "No rule for this input."),
        };

    /// <summary>
    /// When there is something to look at next; null: nothing is left to do, and no reminder may exist. Of the state alone but for
    /// what is due already, so that the reminder table is an index of all that is not well.
    /// </summary>
    public static DateTimeOffset? NextLook(DeviceState state, RuleContext settings, DateTimeOffset now)
    {
        var context = settings.With(state.Override);
        state = Recovery.EndHold(state, context, now);
        var owed = TellingRules.NextTry(state, context, now);
        DateTimeOffset? look = state.Outage switch
        {
            null => state.RecoversAt,
            { HoldEndsAt: { } holdEndsAt } => holdEndsAt,
            { Telling: null } grace when !grace.Muted || !context.TellsNobody => LookingRules.NextLookInGrace(state, grace, context),
            var offline => LookingRules.NextLookOffline(state, offline, context, now),
        };

        // A mute may be lifted any time: by then the reminder must be near, whatever it was set for before (a hold that was learned, say).
        DateTimeOffset? lifted = LookingRules.WaitsForMute(state, context) ? now + TellingRules.FirstRetry : null;
        DateTimeOffset?[] looks = [look, owed, FlappingRules.NextLook(state, context, now), lifted];
        return looks.Min();
    }

    /// <summary>All that a destination is owed and may be sent now, should it answer again.</summary>
    public static IEnumerable<Notification> Owed(DeviceState state, string destination, RuleContext context, DateTimeOffset now)
    {
        state = Recovery.EndHold(TellingRules.AnswersAgain(state, destination), context, now);
        return TellingRules.DueNow(state, context, now, repeats: true)
            .Concat(FlappingRules.DueNow(state, context, now))
            .Concat(KeepAliveRules.Due(state, context, now))
            .OfType<PresenceEffect.Send>()
            .Where(send => send.Destination == destination)
            .Select(send => send.Notification);
    }

    public static PresenceStatus StatusOf(DeviceState state, RuleContext settings, DateTimeOffset now) =>
        Recovery.EndHold(state, settings.With(state.Override), now) switch
        {
            { Connected: null } => PresenceStatus.Unknown,
            { Outage: null, Connected: var connected } => connected.Value ? PresenceStatus.Connected : PresenceStatus.Unknown,
            { Outage.BackAt: not null } => PresenceStatus.Recovering,
            { Outage: { Telling: null, Muted: false } } => PresenceStatus.Grace,
            _ => PresenceStatus.Offline,
        };
}
