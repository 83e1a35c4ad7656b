using IoTOrleans.Grains.Devices;
using IoTOrleans.Grains.Mutes;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Rounds;

/// <summary>
/// Wakes things with something left to do whose reminder is missing or too late, for example after a restored backup or a change of the
/// settings.
/// </summary>
internal sealed partial class Sweep(
    IOptions<RoundOptions> options, IReminderTable reminders, IGrainFactory grains, PresencePolicies policies, MuteBook mutes,
    GrainMetrics metrics, [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time, ILogger<Sweep> logger) : IRound
{
    /// <summary>On DynamoDB 250 read units a second for items of 1 KB: 2 % of what a new table serves.</summary>
    internal const int ThingsPerSecond = 1000;

    internal const int AtOnce = 16;

    /// <summary>A reminder that is late by no more than this is good enough.</summary>
    internal static readonly TimeSpan Late = 2 * DeviceClock.Period;

    private static readonly GrainType Device = GrainType.Create(DeviceNames.GrainType);

    private readonly FoundThings _healed = new();

    public TimeSpan Every => options.Value.SweepEvery;

    public int PageSize => ThingsPerSecond;

    /// <summary>A restored backup also contains how far a sweep had come.</summary>
    public bool GoesOn => false;

    public async Task<TimeSpan> Look(IReadOnlyList<StoredThing> things, CancellationToken cancellationToken)
    {
        // A failure does not stop the others of the page. The page is tried again.
        Exception? failure = null;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(things.Where(thing => NextLook(thing) is not null), parallel, async (thing, token) =>
        {
            try
            {
                if (await HasReminder(thing, token) || !await grains.GetGrain<IDeviceAnswers>(thing.ThingName).Rearm().WaitAsync(token))
                    return;
                metrics.Healed();
                _healed.Add(thing.ThingName);
            }
            catch (Exception exception) when (!token.IsCancellationRequested)
            {
                failure = exception;
            }
        });
        if (failure is not null) throw new InvalidOperationException("Some of the things could not be looked at.", failure);
        return TimeSpan.FromSeconds((double)things.Count / ThingsPerSecond);
    }

    public void Report() => _healed.Report(LogHealed);

    private DateTimeOffset? NextLook(StoredThing thing) =>
        PresenceRules.NextLook(thing.State, mutes.Over(policies.For(thing.ThingName), thing.State, Now), Now);

    /// <summary>Reads the reminder after the state. It is made before the state, so that a thing that is just dropping has one.</summary>
    private async Task<bool> HasReminder(StoredThing thing, CancellationToken cancellationToken)
    {
        var row = await reminders.ReadRow(GrainId.Create(Device, thing.ThingName), DeviceNames.Reminder, cancellationToken);
        return row is not null && row.StartAt <= (Later(NextLook(thing)!.Value, Now) + Late).UtcDateTime;
    }

    private DateTimeOffset Now => time.GetUtcNow();

    [LoggerMessage(LogLevel.Warning, "{Count} things had something left to do and no reminder for it in time, and are looked at again: "
        + "{ThingNames}. Was a backup restored, a row of the reminder table deleted, or a setting below Presence changed?")]
    private partial void LogHealed(int count, string thingNames);
}
