namespace IoTOrleans.Sqlite.Reminders;

/// <summary>Orleans' contract on the store.</summary>
/// <remarks>No service id in the rows, unlike Orleans' own tables: a file belongs to one service.</remarks>
internal sealed class SqliteReminderTable(SqliteStore store) : IReminderTable
{
    public async Task<ReminderTableData> ReadRows(GrainId grainId) =>
        new(await store.Read(connection => ReminderTable.Read(connection, grainId)));

    public async Task<ReminderTableData> ReadRows(uint begin, uint end) =>
        new(await store.Read(connection => ReminderTable.Read(connection, begin, end)));

    public Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName) =>
        store.Read(connection => ReminderTable.Read(connection, grainId, reminderName));

    /// <summary>Unconditional, as Orleans wants it: it registers anew without knowing what is there.</summary>
    public async Task<string?> UpsertRow(ReminderEntry entry)
    {
        var etag = Guid.NewGuid().ToString("N");
        return await store.Write(connection =>
        {
            ReminderTable.Upsert(connection, entry, etag);
            return etag;
        });
    }

    public Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag) =>
        store.Write(connection => ReminderTable.Delete(connection, grainId, reminderName, eTag));

    public Task TestOnlyClearTable() => store.Write(ReminderTable.Clear);
}
