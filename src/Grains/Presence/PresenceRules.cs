using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.State;

namespace IoTOrleans.Grains.Presence;

/// <summary>
/// The rules of presence: state and input in, state, effects and a named reason out. No I/O, no clock, no logger; whoever calls
/// stores the state, keeps the clock and asks the world.
/// </summary>
internal static class PresenceRules
{
    /// <param name="settings">What holds for the thing but for what is set in its own state.</param>
    public static PresenceDecision Apply(DeviceState state, PresenceInput input, PresencePolicy settings, DateTimeOffset now)
    {
        var policy = settings.With(state.Override);

        var stored = state;
        state = ClockSteps.PutRight(state, now);

        // A recovery hold ends by the clock alone. Storing that can wait for the next write, unless there will be none.
        var held = state.Outage;
        var settled = Recovery.EndHold(state, policy, now);
        var decision = input is PresenceInput.PolicySet(var wanted) ? OverrideRules.Apply(settled, wanted, settings, now) : Decide(settled, input, policy, now);
        policy = settings.With(decision.State.Override);
        if (!ReferenceEquals(settled, state) && !decision.Persist && settled.Owing.All(owing => owing.Id != held?.Id))
        {
            decision = PresenceDecision.Store(decision.State, PresenceReason.HoldHeld, settled.RecoveredAt!.Value, decision.Effects);
        }

        // Once: else the moment that it is put to would move along with the clock.
        if (!ReferenceEquals(stored, state)) decision = decision with { Persist = true };
        decision = FlappingRules.Follow(state, decision, input, policy, now);
        decision = decision with { State = LookingRules.PlanRecheck(decision.State, policy, now) };
        decision = decision with { Effects = [.. decision.Effects, .. Recovery.Dropped(state, decision.State, policy)] };
        return decision.Persist ? decision with { State = StateBudget.Trim(decision.State, policy.ThingName) } : decision;
    }

    /// <summary>Times are stored in milliseconds; finer ones would compare differently before and after a restart.</summary>
    public static DateTimeOffset ToMilliseconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());

    private static PresenceDecision Decide(DeviceState state, PresenceInput input, PresencePolicy policy, DateTimeOffset now) =>
        input switch
        {
            PresenceInput.Changed(var change) => ConnectionRules.Apply(state, change, policy, now),
            PresenceInput.BrokerStarted(var start) => ConnectionRules.BrokerStarted(state, start, policy, now),
            PresenceInput.Tick(var answersAgain) =>
                KeepAliveRules.Add(LookingRules.Tick(TellingRules.AnswersAgain(state, answersAgain), policy, now), policy, now),
            PresenceInput.Verified(var outageId, var answer) => LookingRules.Verified(state, outageId, answer, policy, now),
            PresenceInput.Audited(var answer) => AuditRules.Audited(state, answer, policy, now),
            PresenceInput.Forgotten => RemovalRules.Forget(state, policy, now),
            PresenceInput.Answered answer => TellingRules.Answered(state, answer, policy, now),
            _ => throw new ArgumentOutOfRangeException(nameof(input), input, "No rule for this input."),
        };

    /// <summary>
    /// When there is something to look at next; null: nothing is left to do, and no reminder may exist. Of the state alone but for
    /// what is due already, so that the reminder table is an index of all that is not well.
    /// </summary>
    public static DateTimeOffset? NextLook(DeviceState state, PresencePolicy settings, DateTimeOffset now)
    {
        var policy = settings.With(state.Override);
        state = Recovery.EndHold(state, policy, now);
        var owed = TellingRules.NextTry(state, policy, now);
        DateTimeOffset? look = state.Outage switch
        {
            null => state.RecoversAt,
            { HoldEndsAt: { } holdEndsAt } => holdEndsAt,
            { Telling: null } grace when !grace.Muted || !policy.TellsNobody => LookingRules.NextLookInGrace(state, grace, policy),
            var offline => LookingRules.NextLookOffline(state, offline, policy, now),
        };

        // A mute may be lifted any time: by then the reminder must be near, whatever it was set for before (a hold that was learned, say).
        DateTimeOffset? lifted = LookingRules.WaitsForMute(state, policy) ? now + TellingRules.FirstRetry : null;
        DateTimeOffset?[] looks = [look, owed, FlappingRules.NextLook(state, policy, now), lifted];
        return looks.Min();
    }

    /// <summary>All that a destination is owed and may be sent now, should it answer again.</summary>
    public static IEnumerable<Notification> Owed(DeviceState state, string destination, PresencePolicy policy, DateTimeOffset now)
    {
        state = Recovery.EndHold(TellingRules.AnswersAgain(state, destination), policy, now);
        return TellingRules.DueNow(state, policy, now, repeats: true)
            .Concat(FlappingRules.DueNow(state, policy, now))
            .Concat(KeepAliveRules.Due(state, policy, now))
            .OfType<PresenceEffect.Send>()
            .Where(send => send.Destination == destination)
            .Select(send => send.Notification);
    }

    public static PresenceStatus StatusOf(DeviceState state, PresencePolicy settings, DateTimeOffset now) =>
        Recovery.EndHold(state, settings.With(state.Override), now) switch
        {
            { Connected: null } => PresenceStatus.Unknown,
            { Outage: null, Connected: var connected } => connected.Value ? PresenceStatus.Connected : PresenceStatus.Unknown,
            { Outage.BackAt: not null } => PresenceStatus.Recovering,
            { Outage: { Telling: null, Muted: false } } => PresenceStatus.Grace,
            _ => PresenceStatus.Offline,
        };
}
