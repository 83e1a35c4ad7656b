using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Mutes;

/// <summary>
/// This silo's copy of the mutes, so that no thing has to ask for them. A few seconds old at most; while the list cannot be
/// reached, the last copy holds.
/// </summary>
public sealed class MuteBook(IGrainFactory grains, [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time) : IDisposable
{
    /// <summary>
    /// How long verdicts wait for the first copy. To tell of what is muted is wrong; to tell of nothing because a list cannot be
    /// read would be worse.
    /// </summary>
    internal static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _one = new(1);
    private MuteIndex? _copy;
    private long _waitsSince;

    internal bool HasCopy => Volatile.Read(ref _copy) is not null;

    /// <summary>Whether things can be judged: the mutes are known, or have been waited for long enough.</summary>
    internal bool IsReady
    {
        get
        {
            if (HasCopy) return true;
            var now = time.GetTimestamp();
            var since = Interlocked.CompareExchange(ref _waitsSince, now, 0);
            return since != 0 && time.GetElapsedTime(since, now) > LongestWait;
        }
    }

    /// <summary>The policy as it holds now: with the mutes that do.</summary>
    internal RuleContext Over(RuleContext context, DeviceState state, DateTimeOffset now)
    {
        var holding = Volatile.Read(ref _copy)?.Holding(context.ThingName, state, now) ?? Array.Empty<string>();
        return holding.Count == 0 ? context : context with { MutedBy = holding };
    }

    /// <summary>
    /// When the last mute ends of those that hold for the thing now or follow without a gap; null: one of them ends with its recovery.
    /// </summary>
    internal DateTimeOffset? EndFor(string thingName, DeviceState state, DateTimeOffset now) =>
        Volatile.Read(ref _copy)?.EndOf(thingName, state, now);

    /// <summary>
    /// A mute that was to hold until this thing has recovered has nothing left to do. Said again by its next event, should it get lost.
    /// </summary>
    internal void Fulfil(string thingName, DeviceState state)
    {
        if (state.RecoveredAt is null) return;
        foreach (var mute in Volatile.Read(ref _copy)?.Fulfilled(thingName, state) ?? [])
            grains.GetGrain<IMutesGrain>(0).Fulfilled(mute.Id, mute.From).Ignore();
    }

    /// <summary>
    /// Nobody will ever say that it has recovered: a mute until then is over. Asked of the list itself, which may know of newer ones.
    /// </summary>
    internal async Task Forget(string thingName)
    {
        var mutes = grains.GetGrain<IMutesGrain>(0);
        foreach (var mute in (await mutes.List()).Where(mute => mute.UntilRecovered && mute.Thing == thingName))
            await mutes.Delete(mute.Id);
    }

    internal void Copy(MuteList list) => Volatile.Write(ref _copy, new MuteIndex(list));

    public void Dispose() => _one.Dispose();

    /// <summary>Looks whether the list has changed.</summary>
    public async Task Refresh(CancellationToken cancellationToken)
    {
        // One after the other, so that an older answer never replaces a newer one.
        await _one.WaitAsync(cancellationToken);
        try
        {
            var newer = await grains.GetGrain<IMutesGrain>(0).Newer(_copy?.Revision).WaitAsync(cancellationToken);
            if (newer is not null) Copy(newer);
        }
        finally
        {
            _one.Release();
        }
    }
}
