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
