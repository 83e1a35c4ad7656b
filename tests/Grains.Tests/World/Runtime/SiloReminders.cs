using Orleans.Timers;

namespace IoTOrleans.Grains.Tests.World.Runtime;

/// <summary>One silo's way to the reminder table, and to the timers of its activations.</summary>
internal sealed class SiloReminders(SimulatedSilo silo) : IReminderRegistry, ITimerRegistry
{
    public Task<IGrainReminder> RegisterOrUpdateReminder(GrainId callingGrainId, string reminderName, TimeSpan dueTime, TimeSpan period)
    {
        // Orleans reckons the first tick before it writes: a slow write makes it no later.
        var startAt = silo.World.Time.GetUtcNow() + dueTime;
        return Do(EffectKind.Register, callingGrainId, () =>
        {
            silo.World.Time.At(startAt, silo.World.Remind);
            return silo.World.Reminders.RegisterOrUpdateReminder(
                callingGrainId, reminderName, startAt - silo.World.Time.GetUtcNow(), period);
        });
    }

    public Task UnregisterReminder(GrainId callingGrainId, IGrainReminder reminder) => Do(EffectKind.Unregister, callingGrainId, () =>
    {
        silo.World.Reminders.UnregisterReminder(callingGrainId, reminder).GetAwaiter().GetResult();
        return Task.FromResult(true);
    });

    public Task<IGrainReminder?> GetReminder(GrainId callingGrainId, string reminderName) =>
        Do(EffectKind.Find, callingGrainId, () => silo.World.Reminders.GetReminder(callingGrainId, reminderName));

    public Task<List<IGrainReminder>> GetReminders(GrainId callingGrainId) =>
        Do(EffectKind.Find, callingGrainId, () => silo.World.Reminders.GetReminders(callingGrainId));

    public IGrainTimer RegisterGrainTimer<TState>(
        IGrainContext grainContext, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options) =>
        ((Activation)grainContext).StartTimer(token => callback(state, token), options);

    public IDisposable RegisterTimer(
        IGrainContext grainContext, Func<object?, Task> callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        throw new NotSupportedException("Obsolete in Orleans; the product does not use it.");

    private Task<T> Do<T>(EffectKind kind, GrainId grainId, Func<Task<T>> call) =>
        silo.World.Do(silo, new(kind, grainId.Key.ToString()!), () => call().GetAwaiter().GetResult());
}
