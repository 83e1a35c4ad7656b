using IoTOrleans.Sqlite.Reminders;

namespace IoTOrleans.Sqlite.Tests.Reminders;

public sealed class SqliteReminderTableTests : ReminderTableConformance
{
    private readonly TempFolder _folder = new();
    private SqliteStore _store = null!;

    protected override async Task<IReminderTable> CreateTable()
    {
        _store = await TestStore.Open(_folder.File());
        return new SqliteReminderTable(_store);
    }

    public override async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task Its_rows_can_be_read_by_people()
    {
        await new SqliteReminderTable(_store).UpsertRow(new()
        {
            GrainId = Grain("rpi-1"),
            ReminderName = "presence",
            StartAt = new DateTime(2026, 11, 23, 8, 5, 0, DateTimeKind.Utc),
            Period = TimeSpan.FromMinutes(1),
        });

        (await _store.Select("SELECT concat_ws(' ', grain, name, start_at, period) FROM reminder"))
            .ShouldBe(["conformance/rpi-1 presence 2026-11-23T08:05:00.0000000Z 00:01:00"]);
    }

    [Fact]
    public async Task A_range_is_found_by_the_index()
    {
        var plan = await _store.Read(
            connection => connection.Query(
                "EXPLAIN QUERY PLAN SELECT * FROM reminder WHERE hash > 5 OR hash <= 3", row => row.GetString(3)),
            TestContext.Current.CancellationToken);

        plan.Count(step => step.Contains("reminder_by_hash", StringComparison.Ordinal)).ShouldBe(2);
    }
}
