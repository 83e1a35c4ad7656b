using IoTOrleans.Silo.Storage;
using Orleans.Storage;

namespace IoTOrleans.Silo.Telemetry;

internal sealed class MeasuredStorage(IGrainStorage inner, StorageMetrics metrics) : WrappedStorage(inner)
{
    protected override Task Read<T>(IGrainState<T> state, Func<Task> read, CancellationToken cancellationToken) => Measure("read", read);

    protected override Task Write<T>(IGrainState<T> state, Func<Task> write, CancellationToken cancellationToken) =>
        Measure("write", write);

    protected override Task Clear<T>(IGrainState<T> state, Func<Task> clear, CancellationToken cancellationToken) =>
        Measure("clear", clear);

    private Task<bool> Measure(string operation, Func<Task> call) => metrics.Measure(operation, async () =>
    {
        await call();
        return true;
    });
}

internal sealed class MeasuredReminders(IReminderTable inner, StorageMetrics metrics) : IReminderTable
{
    public Task StartAsync(CancellationToken cancellationToken = default) => inner.StartAsync(cancellationToken);

    public Task<ReminderTableData> ReadRows(GrainId grainId) => metrics.Measure("reminder-read", () => inner.ReadRows(grainId));

    public Task<ReminderTableData> ReadRows(uint begin, uint end) => metrics.Measure("reminder-read", () => inner.ReadRows(begin, end));

    public Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName) =>
        metrics.Measure("reminder-read", () => inner.ReadRow(grainId, reminderName));

    public Task<string?> UpsertRow(ReminderEntry entry) => metrics.Measure("reminder-write", () => inner.UpsertRow(entry));

    public Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag) =>
        metrics.Measure("reminder-remove", () => inner.RemoveRow(grainId, reminderName, eTag));

    public Task TestOnlyClearTable() => inner.TestOnlyClearTable();

    public Task StopAsync(CancellationToken cancellationToken = default) => inner.StopAsync(cancellationToken);
}

internal static class StorageTelemetry
{
    /// <summary>Storage and reminders must be registered already.</summary>
    public static void MeasureStorage(this IServiceCollection services, StorageProvider storage)
    {
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<StorageMetrics>(provider, storage));
        services.WrapGrainStorage((provider, inner) => new MeasuredStorage(inner, provider.GetRequiredService<StorageMetrics>()));

        // Not those that Orleans keeps in memory, in a grain of its own.
        var reminders = services.Last(service => service.ServiceType == typeof(IReminderTable));
        if (storage == StorageProvider.Memory || reminders.ImplementationFactory is not { } inner) return;
        services.Remove(reminders);
        services.AddSingleton<IReminderTable>(provider => new MeasuredReminders(
            (IReminderTable)inner(provider), provider.GetRequiredService<StorageMetrics>()));
    }
}
