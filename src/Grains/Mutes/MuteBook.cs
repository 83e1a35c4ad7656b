namespace IoTOrleans.Grains.Mutes;

/// <summary>This silo's copy of the mutes, a few seconds old at most. While the list cannot be read, the last copy holds.</summary>
public sealed class MuteBook(IGrainFactory grains, [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time) : IDisposable
{
    /// <summary>How long verdicts wait for the first copy: to notify of a muted thing is wrong, to notify of nothing is worse.</summary>
    internal static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _one = new(1);
    private MuteIndex? _copy;
    private long _waitsSince;

    internal bool HasCopy => Volatile.Read(ref _copy) is not null;

    /// <summary>The mutes are known, or have been waited for long enough.</summary>
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

    /// <summary>Adds the mutes that hold now.</summary>
    internal RuleContext Over(RuleContext context, DeviceState state, DateTimeOffset now)
    {
        var holding = Volatile.Read(ref _copy)?.Holding(context.ThingName, state, now) ?? [];
        return holding.Count == 0 ? context : context with { MutedBy = holding };
    }

    /// <summary>When the last of the mutes ends that hold now or follow without a gap; null: one of them ends with the recovery.</summary>
    internal DateTimeOffset? EndFor(string thingName, DeviceState state, DateTimeOffset now) =>
        Volatile.Read(ref _copy)?.EndOf(thingName, state, now);

    /// <summary>The mutes that hold now for things of which there may be none.</summary>
    internal IReadOnlyList<Mute> Running(DateTimeOffset now) => Volatile.Read(ref _copy)?.Running(now) ?? [];

    /// <summary>Removes the mutes until recovery of this thing, if it has recovered. Its next event repeats a lost call.</summary>
    internal void Fulfil(string thingName, DeviceState state)
    {
        if (state.RecoveredAt is null) return;
        foreach (var mute in Volatile.Read(ref _copy)?.Fulfilled(thingName, state) ?? [])
            grains.GetGrain<IMutesGrain>(0).Fulfilled(mute.Id, mute.From).Ignore();
    }

    /// <summary>Removes the mutes until recovery of a forgotten thing. Reads the list, which may be newer than the copy.</summary>
    internal async Task Forget(string thingName)
    {
        var mutes = grains.GetGrain<IMutesGrain>(0);
        foreach (var mute in (await mutes.List()).Where(mute => mute.UntilRecovered && mute.Thing == thingName))
            await mutes.Delete(mute.Id);
    }

    internal void Copy(MuteList list) => Volatile.Write(ref _copy, new MuteIndex(list));

    public void Dispose() => _one.Dispose();

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
