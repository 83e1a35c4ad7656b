using System.Globalization;
using IoTOrleans.Sqlite.Engine;

namespace IoTOrleans.Sqlite.Reminders;

/// <summary>The statements on <c>reminder</c>.</summary>
internal static class ReminderTable
{
    private const string Select = "SELECT grain, name, start_at, period, etag FROM reminder";

    public static ReminderEntry? Read(StoreConnection connection, GrainId grain, string name) =>
        connection.Query(
            $"{Select} WHERE grain = $grain AND name = $name", Entry,
            ("$grain", grain.ToString()), ("$name", name)).SingleOrDefault();

    public static List<ReminderEntry> Read(StoreConnection connection, GrainId grain) =>
        connection.Query($"{Select} WHERE grain = $grain", Entry, ("$grain", grain.ToString()));

    /// <summary>The ring after <paramref name="begin"/> up to and with <paramref name="end"/>; equal ends are the whole ring.</summary>
    public static List<ReminderEntry> Read(StoreConnection connection, uint begin, uint end) =>
        connection.Query(
            begin < end ? $"{Select} WHERE hash > $begin AND hash <= $end" : $"{Select} WHERE hash > $begin OR hash <= $end",
            Entry, ("$begin", begin), ("$end", end));

    public static void Upsert(StoreConnection connection, ReminderEntry entry, string etag) => connection.Execute(
        """
        INSERT INTO reminder (grain, name, hash, start_at, period, etag) VALUES ($grain, $name, $hash, $startAt, $period, $etag)
        ON CONFLICT (grain, name) DO UPDATE SET start_at = excluded.start_at, period = excluded.period, etag = excluded.etag
        """,
        ("$grain", entry.GrainId.ToString()), ("$name", entry.ReminderName), ("$hash", entry.GrainId.GetUniformHashCode()),
        ("$startAt", ToText(entry.StartAt)), ("$period", entry.Period.ToString("c")), ("$etag", etag));

    public static bool Delete(StoreConnection connection, GrainId grain, string name, string etag) =>
        connection.Execute("DELETE FROM reminder WHERE grain = $grain AND name = $name AND etag = $etag",
            ("$grain", grain.ToString()), ("$name", name), ("$etag", etag)) == 1;

    public static int Clear(StoreConnection connection) => connection.Execute("DELETE FROM reminder");

    private static ReminderEntry Entry(SqliteDataReader row) => new()
    {
        GrainId = GrainId.Parse(row.GetString(0), CultureInfo.InvariantCulture),
        ReminderName = row.GetString(1),
        StartAt = DateTime.ParseExact(row.GetString(2), "O", CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind),
        Period = TimeSpan.ParseExact(row.GetString(3), "c", CultureInfo.InvariantCulture),
        ETag = row.GetString(4),
    };

    /// <summary>Orleans hands over UTC; a time without a kind is taken for it.</summary>
    private static string ToText(DateTime time)
    {
        var utc = time.Kind == DateTimeKind.Unspecified ? DateTime.SpecifyKind(time, DateTimeKind.Utc) : time.ToUniversalTime();
        return utc.ToString("O", CultureInfo.InvariantCulture);
    }
}
