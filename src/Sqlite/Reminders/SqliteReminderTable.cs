using System.Globalization;

namespace IoTOrleans.Sqlite.Reminders;

/// <summary>Unlike Orleans' own tables it has no service id in the rows: a file belongs to one service.</summary>
internal sealed class SqliteReminderTable(SqliteStore store) : IReminderTable
{
    public async Task<ReminderTableData> ReadRows(GrainId grainId) => new(await Read("grain = $grain", ("$grain", grainId.ToString())));

    /// <summary>The ring after the begin, with the end; equal ends are the whole ring.</summary>
    public async Task<ReminderTableData> ReadRows(uint begin, uint end) => new(await Read(
        begin < end ? "hash > $begin AND hash <= $end" : "hash > $begin OR hash <= $end", ("$begin", begin), ("$end", end)));

    public async Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName) =>
        (await Read("grain = $grain AND name = $name", ("$grain", grainId.ToString()), ("$name", reminderName))).SingleOrDefault();

    /// <summary>Unconditional, because Orleans registers a reminder without knowing the stored one.</summary>
    public async Task<string?> UpsertRow(ReminderEntry entry)
    {
        var etag = Guid.NewGuid().ToString("N");
        await store.Write(connection => connection.Execute(
            """
            INSERT INTO reminder (grain, name, hash, start_at, period, etag) VALUES ($grain, $name, $hash, $startAt, $period, $etag)
            ON CONFLICT (grain, name) DO UPDATE SET start_at = excluded.start_at, period = excluded.period, etag = excluded.etag
            """,
            ("$grain", entry.GrainId.ToString()), ("$name", entry.ReminderName), ("$hash", entry.GrainId.GetUniformHashCode()),
            ("$startAt", ToText(entry.StartAt)), ("$period", entry.Period.ToString("c")), ("$etag", etag)));
        return etag;
    }

    public async Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag) =>
        await store.Write(connection => connection.Execute(
            "DELETE FROM reminder WHERE grain = $grain AND name = $name AND etag = $etag",
            ("$grain", grainId.ToString()), ("$name", reminderName), ("$etag", eTag))) == 1;

    public Task TestOnlyClearTable() => store.Write(connection => connection.Execute("DELETE FROM reminder"));

    private Task<List<ReminderEntry>> Read(string where, params (string Name, object? Value)[] arguments) =>
        store.Read(connection => connection.Query(
            $"SELECT grain, name, start_at, period, etag FROM reminder WHERE {where}", Entry, arguments));

    private static ReminderEntry Entry(SqliteDataReader row) => new()
    {
        GrainId = GrainId.Parse(row.GetString(0), CultureInfo.InvariantCulture),
        ReminderName = row.GetString(1),
        StartAt = DateTime.ParseExact(row.GetString(2), "O", CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind),
        Period = TimeSpan.ParseExact(row.GetString(3), "c", CultureInfo.InvariantCulture),
        ETag = row.GetString(4),
    };

    /// <summary>Orleans passes UTC; a time without a kind is taken for UTC.</summary>
    private static string ToText(DateTime time) =>
        (time.Kind == DateTimeKind.Unspecified ? DateTime.SpecifyKind(time, DateTimeKind.Utc) : time.ToUniversalTime())
        .ToString("O", CultureInfo.InvariantCulture);
}
