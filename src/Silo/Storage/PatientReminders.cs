using IoTOrleans.DynamoDB;

namespace IoTOrleans.Silo.Storage;

/// <summary>
/// The reminder table as a silo should read it that takes over a part of the ring. Orleans gives up after a read that failed, and comes back after five
/// minutes; here it is tried until it works. And a reminder whose time passed while nobody owned it would tick at the next minute of its own; here it
/// ticks at once.
/// </summary>
internal sealed partial class PatientReminders(IReminderTable table, TimeProvider time, ILogger<PatientReminders> logger) : IReminderTable
{
    /// <summary>Before Orleans' own next attempt, so that these do not pile up.</summary>
    private static readonly TimeSpan patience = TimeSpan.FromMinutes(4);

    private static readonly TimeSpan pause = TimeSpan.FromSeconds(1);

    /// <summary>Over so long what is overdue is spread: after an outage of our own that may be a whole fleet.</summary>
    private static readonly TimeSpan spread = TimeSpan.FromSeconds(3);

    /// <summary>The table as it is, for whoever only looks.</summary>
    public IReminderTable Inner => table;

    public Task StartAsync(CancellationToken cancellationToken = default) => table.StartAsync(cancellationToken);

    public Task<ReminderTableData> ReadRows(uint begin, uint end) => ReadRows(begin, end, CancellationToken.None);

    public async Task<ReminderTableData> ReadRows(uint begin, uint end, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                return AtOnce(await table.ReadRows(begin, end, cancellationToken));
            }
            catch (DynamoDBStoreException exception) when (time.GetElapsedTime(began) < patience && !cancellationToken.IsCancellationRequested)
            {
                LogReadAgain(exception.Message);
                await Task.Delay(pause, time, cancellationToken);
            }
        }
    }

    public Task<ReminderTableData> ReadRows(GrainId grainId) => table.ReadRows(grainId);

    public Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName) => table.ReadRow(grainId, reminderName);

    public Task<string?> UpsertRow(ReminderEntry entry) => table.UpsertRow(entry);

    public Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag) => table.RemoveRow(grainId, reminderName, eTag);

    public Task TestOnlyClearTable() => table.TestOnlyClearTable();

    public Task StopAsync(CancellationToken cancellationToken = default) => table.StopAsync(cancellationToken);

    private ReminderTableData AtOnce(ReminderTableData rows)
    {
        var now = time.GetUtcNow().UtcDateTime;
        foreach (var row in rows.Reminders)
        {
            if (row.StartAt < now) row.StartAt = now + (spread * Random.Shared.NextDouble());
        }

        return rows;
    }

    [LoggerMessage(112, LogLevel.Warning, "The reminders of this silo's part of the ring could not be read; it is tried again at once. {Error}")]
    private partial void LogReadAgain(string error);
}
