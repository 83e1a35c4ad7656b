namespace IoTOrleans.Grains.Presence;

/// <summary>
/// The rules of presence: state and input in; state, effects and a reason out. No I/O, no clock, no logger: the caller stores the state,
/// keeps the clock and carries out the effects.
/// </summary>
internal static class PresenceRules
{
    /// <param name="settings">Everything but the override, which is part of the state.</param>
    public static PresenceDecision Apply(DeviceState state, PresenceInput input, RuleContext settings, DateTimeOffset now)
    {
        var before = settings.With(state.Override);

        var stored = state;
        state = ClockSteps.PutRight(state, now);

        // A recovery hold ends by the clock alone. Storing that can wait for the next write, unless there will be none.
        var held = state.Outage;
        var settled = Recovery.EndHold(state, before, now);
        var decision = input is PresenceInput.PolicySet(var wanted, var by)
            ? OverrideRules.Apply(settled, wanted, settings, now).By(by)
            : Decide(settled, input, before, now);
        var context = settings.With(decision.State.Override);
        if (!ReferenceEquals(settled, state) && !decision.Persist && settled.Owing.All(owing => owing.Id != held?.Id))
            decision = decision.Stored(PresenceReason.HoldHeld, settled.RecoveredAt!.Value);

        // Corrected times are stored once: otherwise they would move along with the clock.
        if (!ReferenceEquals(stored, state)) decision = decision with { Persist = true };
        if (input is PresenceInput.Tick) decision = KeepAliveRules.Add(decision, context, now);
        decision = FlappingRules.Follow(state, decision, context, now);
        decision = decision with { State = LookingRules.PlanRecheck(decision.State, context, now) };

        // What is said of a thing that is forgotten follows the policy that it had.
        var said = input is PresenceInput.Forgotten ? before : context;
        IEnumerable<PresenceEffect> sends = decision.Sends is { } which ? DeliveryRules.DueNow(decision.State, said, now, which) : [];
        var flapping = decision.Persist || input is PresenceInput.Tick ? FlappingRules.DueNow(decision.State, context, now) : [];
        decision = decision with
        {
            Effects = [.. sends, .. decision.Effects, .. flapping, .. Recovery.Dropped(state, decision.State, context)],
        };
        return decision.Persist ? decision with { State = StateBudget.Trim(decision.State, context.ThingName) } : decision;
    }

    private static PresenceDecision Decide(DeviceState state, PresenceInput input, RuleContext context, DateTimeOffset now) =>
        input switch
        {
            PresenceInput.Changed(var change) => ConnectionRules.Apply(state, change, context, now),
            PresenceInput.BrokerStarted(var start) => ConnectionRules.BrokerStarted(state, start, context, now),
            PresenceInput.Tick(var answersAgain) =>
                LookingRules.Tick(DeliveryRules.AnswersAgain(state, answersAgain), context, now),
            PresenceInput.Verified(var outageId, var answer) => VerifierAnswers.Verified(state, outageId, answer, context, now),
            PresenceInput.Audited(var answer) => AuditRules.Audited(state, answer, context, now),
            PresenceInput.Imported(var answer, var by) => ImportRules.Imported(state, answer, context, now).By(by),
            PresenceInput.Forgotten => RemovalRules.Forget(state, context, now),
            PresenceInput.MuteChanged when RemovalRules.IsForgotten(state) => PresenceDecision.Nothing(state, PresenceReason.NothingToDo),
            PresenceInput.MuteChanged(var isSet, var by) => PresenceDecision.Store(
                state, isSet ? PresenceReason.MuteSet : PresenceReason.MuteRemoved, now).By(by),
            PresenceInput.Answered answer => FlappingRules.Find(state, answer.OutageId, context) is { } flapping
                ? FlappingRules.Answered(state, flapping, answer, context, now)
                : DeliveryAnswers.Answered(state, answer, context, now),
            _ => throw new ArgumentOutOfRangeException(nameof(input), input, "No rule for this input."),
        };

    /// <summary>
    /// When the thing must be looked at next; null: nothing is left to do, and no reminder may exist. Depends on the state alone, except
    /// for what is due already, so that the reminder table lists all things that are not well.
    /// </summary>
    public static DateTimeOffset? NextLook(DeviceState state, RuleContext settings, DateTimeOffset now)
    {
        var context = settings.With(state.Override);
        state = Recovery.EndHold(state, context, now);
        var owed = DeliveryRules.NextTry(state, context, now);
        var look = state.Outage switch
        {
            null => Earlier(state.RecoversAt, ExpectationRules.Deadline(state, context)),
            { Phase: OutagePhase.Recovering } back => back.HoldEndsAt,
            { EndsQuietly: true } quiet when quiet.Phase == OutagePhase.Grace || !context.TellsNobody =>
                LookingRules.NextLookInGrace(state, quiet, context),
            var offline => LookingRules.NextLookOffline(state, offline, context, now),
        };

        // Somebody may end a mute at any time: then the reminder must be near, whatever it was set for before.
        DateTimeOffset? lifted = LookingRules.WaitsForMute(state, context) ? now + Retries.First : null;
        DateTimeOffset?[] looks = [look, owed, FlappingRules.NextLook(state, context, now), lifted];
        return looks.Min();
    }

    /// <summary>All that a destination is owed and may be sent now, should it answer again.</summary>
    public static IEnumerable<Notification> Owed(DeviceState state, string destination, RuleContext context, DateTimeOffset now)
    {
        state = Recovery.EndHold(DeliveryRules.AnswersAgain(state, destination), context, now);
        return DeliveryRules.DueNow(state, context, now, DueSends.WithRepeats)
            .Concat(FlappingRules.DueNow(state, context, now))
            .Concat(KeepAliveRules.Due(state, context, now))
            .Where(send => send.Destination == destination)
            .Select(send => send.Notification);
    }

    /// <summary>
    /// Whether a destination waits for anything, now or later. During a recovery hold nothing is sent, but what it was never told comes
    /// after it.
    /// </summary>
    public static bool Owes(DeviceState state, string destination, RuleContext context, DateTimeOffset now)
    {
        state = Recovery.EndHold(state, context, now);
        return DeliveryRules.Debts(state, context, now, DueSends.WithRepeats).Concat(FlappingRules.Debts(state, context, now))
                .Any(debt => debt.Destination == destination)
            || (state.Outage is { OwesItsEnd: true, IsAway: false } back
                && back.Deliveries.GetValueOrDefault(destination) is { Offline: false, GivenUp: false });
    }

    public static PresenceStatus StatusOf(DeviceState state, RuleContext settings, DateTimeOffset now) =>
        Recovery.EndHold(state, settings.With(state.Override), now) switch
        {
            { Connected: null } => PresenceStatus.Unknown,
            { Outage: null, Connected: var connected } => connected.Value ? PresenceStatus.Connected : PresenceStatus.Unknown,
            { Outage.Phase: OutagePhase.Recovering } => PresenceStatus.Recovering,
            { Outage.Phase: OutagePhase.Grace } => PresenceStatus.Grace,
            _ => PresenceStatus.Offline,
        };
}
