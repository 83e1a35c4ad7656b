using Orleans.Runtime.Services;
using Orleans.Timers;

namespace IoTOrleans.Silo.Reminders;

internal static class ReminderServices
{
    /// <summary>Orleans' reminders on whatever <see cref="IReminderTable"/> is registered, in place of Orleans' own service.</summary>
    public static ISiloBuilder AddLeanReminders(this ISiloBuilder silo)
    {
        silo.Services.AddSingleton<ReminderClock>();
        silo.Services.AddSingleton<IReminderRegistry, ReminderRegistry>();
        return silo.AddGrainService<ReminderService>();
    }
}

[GenerateSerializer, Immutable, Alias("IoTOrleans.StoredReminder")]
internal sealed record StoredReminder(
    [property: Id(0)] GrainId Grain, [property: Id(1)] string ReminderName, [property: Id(2)] string ETag) : IGrainReminder
{
    public static StoredReminder? Of(ReminderEntry? row) => row is null ? null : new(row.GrainId, row.ReminderName, row.ETag!);
}

internal sealed class ReminderRegistry(IServiceProvider services) : GrainServiceClient<IReminderService>(services), IReminderRegistry
{
    public Task<IGrainReminder> RegisterOrUpdateReminder(GrainId callingGrainId, string reminderName, TimeSpan dueTime, TimeSpan period) =>
        GetGrainService(callingGrainId).RegisterOrUpdateReminder(callingGrainId, reminderName, dueTime, period);

    public Task UnregisterReminder(GrainId callingGrainId, IGrainReminder reminder) =>
        GetGrainService(callingGrainId).UnregisterReminder(reminder);

    public Task<IGrainReminder?> GetReminder(GrainId callingGrainId, string reminderName) =>
        GetGrainService(callingGrainId).GetReminder(callingGrainId, reminderName);

    public Task<List<IGrainReminder>> GetReminders(GrainId callingGrainId) =>
        GetGrainService(callingGrainId).GetReminders(callingGrainId);
}
