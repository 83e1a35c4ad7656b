using Orleans.Runtime.Services;
using Orleans.Timers;

namespace IoTOrleans.Silo.Reminders;

/// <summary>The way of a grain to the silo that has its part of the ring.</summary>
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
