using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Devices;

/// <summary>What a thing's state waits for, in words. The times are those of <see cref="PresenceRules.NextLook"/>.</summary>
internal static class WaitingReasons
{
    /// <param name="mutedUntil">When the mutes end that hold now; null: one of them ends with the recovery.</param>
    public static IReadOnlyList<WaitingFor> For(DeviceState stored, RuleContext settings, DateTimeOffset now, DateTimeOffset? mutedUntil)
    {
        var context = settings.With(stored.Override);
        var state = Recovery.EndHold(stored, context, now);
        return
        [
            .. Muted(state, context, mutedUntil),
            .. state.Outage switch
            {
                null => Expected(state, context),
                { Phase: OutagePhase.Recovering } back =>
                    [new("recovery-hold", back.HoldEndsAt, "It is back; the outage is over when that has lasted.")],
                { Phase: OutagePhase.Grace } grace => [InGrace(state, grace.WithGraceOf(context), context, now)],
                var offline => Offline(state, offline, context, now),
            },
            .. AfterMute(state),
            .. Flapping(state),
        ];
    }

    private static WaitingFor InGrace(DeviceState state, Outage grace, RuleContext context, DateTimeOffset now)
    {
        if (now < grace.GraceEndsAt)
        {
            return new("grace", grace.GraceEndsAt, context.TellsNobody
                ? "If it does not return by then, it counts as offline. While it is muted, nobody is told."
                : "If it is not back by then, a verifier is asked, if there is one, and people are told.");
        }

        return (state.Memory.AskingAbout == grace.Id ? state.Memory : ActivationMemory.Empty) switch
        {
            { HeldSince: { } held } => new(
                "backlog", held + context.MaxHold, "Its grace is over, but its return may be on its way to us; by then people are told."),
            { AskingSince: { } since } => new(
                "verifier", since + Asking.Patience,
                "Its grace is over, and the verifier is being asked; without an answer by then, people are told."),
            _ => new("look", null, "Its grace is over; it is looked at within a minute."),
        };
    }

    private static IEnumerable<WaitingFor> Expected(DeviceState state, RuleContext context)
    {
        if (ExpectationRules.Deadline(state, context) is { } deadline)
            yield return new("first-event", deadline, "No event of it has come in yet; if none does by then, people are told.");
    }

    private static IEnumerable<WaitingFor> Offline(DeviceState state, Outage offline, RuleContext context, DateTimeOffset now)
    {
        if (offline is { NeverSeen: true, OwesItsEnd: true })
            yield return new("first-event", null, "People were told that it has never been seen; its first event ends that.");
        else if (offline.Phase != OutagePhase.Muted)
            yield return new("return", null, "It is offline; its return ends the outage when it has held.");
        else if (context.MutedBy.Count == 0 && context.TellsNobody)
            yield return new("policy", null, "It is offline. Its policy tells nobody.");
        else if (context.MutedBy.Count == 0) yield return new("look", null, "The mute has ended; it is looked at within a minute.");

        if (state.Memory.AskingAbout == offline.Id) yield return new("verifier", null, "The verifier is being asked whether it is back.");
        else if (state.Memory.AskAgainAt is { } again)
            yield return new("recheck", again, "It is looked at again; a verifier, if there is one, is asked whether it is back.");
        if (DeliveryRules.NextRepeat(offline, context, now) is { } repeat)
            yield return new("repeat", repeat, "People are told that it is still offline.");
    }

    private static IEnumerable<WaitingFor> Muted(DeviceState state, RuleContext context, DateTimeOffset? until)
    {
        if (context.MutedBy.Count == 0) yield break;
        yield return new("mute", until, state.Outage switch
        {
            { Phase: OutagePhase.Muted } => "It is offline and muted: if it still is when the mute ends, people are told.",
            { OwesItsEnd: true } => "People were told before the mute began, so they will be told of its return, too.",
            null => "It is muted: of an outage that outlasts its grace, nobody is told until the mute ends.",
            _ => "It is muted: if its grace ends before the mute does, nobody is told until the mute ends.",
        });
    }

    private static IEnumerable<WaitingFor> AfterMute(DeviceState state)
    {
        if (state.RecoversAt is { } recovers)
            yield return new("recovery-hold", recovers, "It is back; a mute until it has recovered ends when that has lasted.");
    }

    private static IEnumerable<WaitingFor> Flapping(DeviceState state)
    {
        if (state is { Connected: true, Since: { } since, Flapping: [.., { CalmSince: null }] })
            yield return new("calm", since + FlappingRules.Calm, "It is flapping; if it stays connected until then, it is steady.");
    }
}
