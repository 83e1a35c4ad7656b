using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Devices;

/// <content>A turn of the grain: read or trust what is stored, apply the rules, store, set the clock, carry out the effects.</content>
internal sealed partial class DeviceGrain
{
    private DateTimeOffset Now => ToMilliseconds(time.GetUtcNow());

    private Task OnTimer(CancellationToken cancellationToken) => Tick();

    /// <summary>A tick is a question: what is due is worked out from what is stored.</summary>
    private async Task Tick(string? answersAgain = null)
    {
        // Reminders tick as soon as the silo runs. Until the broker listens, its things cannot come back; the next tick, in a minute at
        // most, finds it started.
        if (broker is { Expected: true, Current: null } && _state.Source == EventSource.Broker) return;
        if (!MutesAreKnown() || !CouldHaveBeenSeen()) return;
        if (_clock.IsArmed && LookingRules.OnlyWaitsForMute(_state, PolicyAt(Now).With(_state.Override), Now)) return;
        using var span = OutageTrace.Deadline(_state.Outage, ThingName);

        if (PresenceRules.NextLook(_state, PolicyAt(Now), Now) is null) await _clock.Hold();
        await Refresh(unless: OnlyAsksAgain());
        await NoticeBrokerStart();
        await Apply(new PresenceInput.Tick(answersAgain));
    }

    /// <summary>
    /// A thing that waits for its incident sends again every minute, and a million of them would read their state for nothing: before a
    /// notification really goes out, the state is read anyway.
    /// </summary>
    private bool OnlyAsksAgain() => _clock.IsArmed && _stored.Age < ReadAtLeastEvery
        && !(broker.Current is { } start && ConnectionRules.MissedStart(_state, start))
        && PresenceRules.Apply(_state, new PresenceInput.Tick(), PolicyAt(Now), Now) is { Persist: false, Effects: { Count: > 0 } effects }
        && effects.All(effect => effect is PresenceEffect.Send { KeepAlive: false });

    /// <summary>Before a verdict, the thing gets the grace that a start of the broker gives.</summary>
    private async Task NoticeBrokerStart()
    {
        if (broker.Current is { } start && ConnectionRules.MissedStart(_state, start)) await Apply(new PresenceInput.BrokerStarted(start));
    }

    /// <summary>
    /// A thing that is expected may be one of the embedded broker, and could not connect while the service was down. It gets the grace that
    /// things get which the broker had seen before.
    /// </summary>
    private bool CouldHaveBeenSeen()
    {
        if (!broker.Expected || _state is not { ExpectedSince: not null, Outage: null or { Phase: OutagePhase.Grace } }) return true;
        if (broker.Current is not { } start) return false;
        var policy = PolicyAt(Now).With(_state.Override).Policy;
        var until = start.At + policy.Grace + policy.SettleTime;
        if (Now >= until) return true;
        _clock.LookAgain(until, Now);
        return false;
    }

    private bool MutesAreKnown()
    {
        if (mutes.IsReady) return true;
        _clock.LookAgain(Now + UntilMutesAreKnown, Now);
        return false;
    }

    /// <summary>The settings with the mutes in effect. These matter only to things that are or were away, or flap.</summary>
    private RuleContext PolicyAt(DateTimeOffset now) => _state is { Outage: null, Flapping.Count: 0, ExpectedSince: null } ? Context
        : mutes.Over(_state.Outage is null or { EndsQuietly: true } ? Context with { Blind = ingest.Current } : Context, _state, now);

    private async Task<PresenceReason> Apply(PresenceInput input)
    {
        var now = Now;
        var before = _state;
        var context = PolicyAt(now);
        var decision = OutageTrace.Note(
            PresenceRules.Apply(before, input, context, now), before, state => StateBudget.Trim(state, ThingName));
        if (RemovalRules.IsGone(decision))
        {
            await Clear();
            observer.Decided(ThingName, input, decision, before, context, now);
            return decision.Reason;
        }

        var next = PresenceRules.NextLook(decision.State, context, now);

        // The reminder moves nearer before the write, and later or away only after it: if the silo dies in between, no look is missed.
        var began = time.GetTimestamp();
        await Guarded(() => _clock.BringNearer(next, now, changing: decision.Persist));
        if (decision.Persist && next is null) await _clock.Hold();
        if (decision.Persist) await Store(decision.State);
        else _state = decision.State;
        if (!decision.Persist && HasChangedByTime(before, input)) Note(CountsAs);

        if (decision.Persist && time.GetElapsedTime(began) > StoredDevice.Fresh)
        {
            // This silo slept in between: another activation may have found nothing to do yet and removed the reminder.
            _clock.Forget();
            await Guarded(() => _clock.BringNearer(next, now, changing: true));
        }

        foreach (var effect in decision.Effects) effects.CarryOut(ThingName, effect, _stored.AsOf);
        await _clock.Settle(
            next, now, () => _stored.IsConfirmed, ticking: LookingRules.WaitsForMute(_state, context.With(_state.Override)));
        StayAsLongAsNeeded(now);
        mutes.Fulfil(ThingName, _state);

        observer.Decided(ThingName, input, decision, before, context, now);
        return decision.Reason;
    }

    /// <summary>
    /// Where memory is short, idle grains leave it. This one stays while a verifier is asked, since the minute for that would begin anew
    /// each time, and while a destination is notified. A grain whose verdict is deferred may leave: it forgets only since when.
    /// </summary>
    private void StayAsLongAsNeeded(DateTimeOffset now)
    {
        var until = _state.Memory.HeldSince is null ? _clock.NeedsMemoryUntil : null;
        if (_sendingTo is not null && !(until > _sendsUntil)) until = _sendsUntil;
        if (until == _staysUntil) return;
        _staysUntil = until;
        DelayDeactivation(until is { } at && at > now ? at - now + Spare : TimeSpan.Zero);
    }

    private async Task Store(DeviceState next)
    {
        next = next with { Memory = next.Memory with { MarkMoved = false } };
        await Guarded(() => Noted(next, () => _stored.Write(next)));
    }

    private async Task Refresh(bool unless = false)
    {
        _stored.Doubt();
        if (unless) return;
        var changed = false;
        await Guarded(async () => changed = await _stored.Read());
        if (!changed) return;
        _state = storage.State;
        _clock.Forget();
    }

    /// <summary>After a failed read, write or reminder call it is not known what is stored: the next call reads it first.</summary>
    private async Task Guarded(Func<Task> call)
    {
        var succeeded = false;
        try
        {
            await call();
            succeeded = true;
        }
        finally
        {
            if (!succeeded)
            {
                _state = _state with { Memory = _state.Memory with { MarkMoved = false } };
                DeactivateOnIdle();
                if (PresenceRules.NextLook(_state, Context, Now) is not null) secondLooks.Soon(ThingName);
            }
        }
    }
}
