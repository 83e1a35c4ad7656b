using IoTOrleans.DynamoDB.Reminders;

namespace IoTOrleans.DynamoDB.Tests.Reminders;

public sealed class DynamoDBReminderTableTests(TestTables tables) : ReminderTableConformance, IClassFixture<TestTables>
{
    /// <summary>Each is up to 256 queries; RingRangeTests try all edges without a table.</summary>
    protected override int RandomRanges => 10;

    protected override async Task<IReminderTable> CreateTable() => await tables.Reminders();

    [Fact]
    public async Task Its_items_can_be_read_by_people()
    {
        var reminders = await tables.Reminders();
        var grain = GrainId.Create("device", "rpi-1");
        var etag = await reminders.UpsertRow(new()
        {
            GrainId = grain,
            ReminderName = "presence",
            StartAt = new DateTime(2026, 11, 23, 8, 5, 0, DateTimeKind.Utc),
            Period = TimeSpan.FromMinutes(1),
        });

        var item = (await tables.Items(TableSchema.Reminders)).ShouldHaveSingleItem();

        var hash = grain.GetUniformHashCode().ToString("x8", null);
        item.ToDictionary(attribute => attribute.Key, attribute => attribute.Value.S).ShouldBe(
            new Dictionary<string, string>
            {
                ["bucket"] = $"iot-orleans#{hash[..2]}",
                ["reminder"] = $"{hash}#device/rpi-1#presence",
                ["etag"] = etag!,
                ["startAt"] = "2026-11-23T08:05:00.0000000Z",
                ["period"] = "00:01:00",
            },
            ignoreOrder: true);
        etag!.Length.ShouldBe(22);
    }

    [Fact]
    public async Task A_thousand_reminders_lie_in_more_than_a_hundred_partitions()
    {
        var reminders = await tables.Reminders();
        var things = Enumerable.Range(0, 1000).Select(i => GrainId.Create("device", $"thing-{i}"));
        await Task.WhenAll(things.Select(thing => reminders.UpsertRow(TestTables.Reminder(thing))));

        (await tables.Items(TableSchema.Reminders)).Select(item => item["bucket"].S).Distinct().Count().ShouldBeGreaterThan(100);
        (await reminders.ReadRows(7, 7)).Reminders.Count.ShouldBe(1000);
    }

    [Fact]
    public async Task Services_that_share_a_table_do_not_see_each_other()
    {
        var table = await tables.Open(TableSchema.Reminders);
        var (mine, other) = (new DynamoDBReminderTable("mine", table), new DynamoDBReminderTable("other", table));
        var entry = TestTables.Reminder(Grain("a"));
        await mine.UpsertRow(entry);

        (await other.ReadRows(0, 0)).Reminders.ShouldBeEmpty();
        (await other.ReadRow(entry.GrainId, entry.ReminderName)).ShouldBeNull();
        await mine.TestOnlyClearTable();
    }
}
