using System.Diagnostics.Metrics;
using IoTOrleans.Grains.Devices;
using IoTOrleans.Grains.Mutes;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Rounds;

/// <summary>
/// Finds things with something left to do whose reminder is not there, or set for too late: a backup that was restored, a row deleted by
/// hand, a write that came late. Only those are woken; what is to be done they find out by themselves, from what is really stored.
/// </summary>
internal sealed partial class Sweep(
    IOptions<RoundOptions> options, IReminderTable reminders, IGrainFactory grains, PresencePolicies policies, MuteBook mutes,
    IMeterFactory meters, [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time, ILogger<Sweep> logger) : IRound
{
    /// <summary>On DynamoDB 250 read units a second for items of 1 KB: 2 % of what a new table serves.</summary>
    internal const int ThingsPerSecond = 1000;

    internal const int AtOnce = 16;

    /// <summary>A reminder that is off by its period and a little more is as good as one that is not.</summary>
    internal static readonly TimeSpan Late = 2 * DeviceClock.Period;

    private static readonly GrainType Device = GrainType.Create(DeviceNames.GrainType);

    private readonly Counter<long> _counter = meters.Create("IoTOrleans").CreateCounter<long>(
        "iot_orleans.healed", description: "Things that had something left to do and no reminder for it, re-armed by the sweep.");

    private readonly ConcurrentQueue<string> _healed = new();

    public TimeSpan Every => options.Value.SweepEvery;

    public int PageSize => ThingsPerSecond;

    /// <summary>A backup that was restored says that it was swept a while ago, too.</summary>
    public bool GoesOn => false;

    public async Task<TimeSpan> Look(IReadOnlyList<StoredThing> things, CancellationToken cancellationToken)
    {
        // One thing that fails is tried again with its page; it does not keep the others of the page from being looked at.
        Exception? failure = null;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(things.Where(thing => NextLook(thing) is not null), parallel, async (thing, token) =>
        {
            try
            {
                if (await HasReminder(thing, token) || !await grains.GetGrain<IDeviceAnswers>(thing.ThingName).Rearm().WaitAsync(token))
                    return;
                _counter.Add(1);
                _healed.Enqueue(thing.ThingName);
            }
            catch (Exception exception) when (!token.IsCancellationRequested)
            {
                failure = exception;
            }
        });
        if (failure is not null) throw new InvalidOperationException("Some of the things could not be looked at.", failure);
        return TimeSpan.FromSeconds((double)things.Count / ThingsPerSecond);
    }

    public void Report()
    {
        if (Names.Take(_healed) is { } healed) LogHealed(healed.Count, healed.Text);
    }

    private DateTimeOffset? NextLook(StoredThing thing) =>
        PresenceRules.NextLook(thing.State, mutes.Over(policies.For(thing.ThingName), thing.State, Now), Now);

    /// <summary>
    /// Read after the state: a reminder is made before the state that needs it, so that a thing that is just dropping has one.
    /// </summary>
    private async Task<bool> HasReminder(StoredThing thing, CancellationToken cancellationToken)
    {
        var row = await reminders.ReadRow(GrainId.Create(Device, thing.ThingName), DeviceNames.Reminder, cancellationToken);
        var (look, now) = (NextLook(thing)!.Value, Now);
        return row is not null && row.StartAt <= ((look > now ? look : now) + Late).UtcDateTime;
    }

    private DateTimeOffset Now => time.GetUtcNow();

    [LoggerMessage(LogLevel.Warning, "{Count} things had something left to do and no reminder for it, and are looked at again: "
        + "{ThingNames}. Was a backup restored, or a row of the reminder table deleted?")]
    private partial void LogHealed(int count, string thingNames);
}
