using System.Globalization;

namespace IoTOrleans.Conformance;

/// <summary>
/// What Orleans' reminder service relies on from an <see cref="IReminderTable"/>. A provider's test project inherits it once.
/// </summary>
public abstract partial class ReminderTableConformance : IAsyncLifetime
{
    private static readonly DateTime Start = new(2026, 11, 23, 8, 0, 0, DateTimeKind.Utc);

    private IReminderTable _table = null!;

    /// <summary>Makes the table, started; it may hold rows of the test before.</summary>
    protected abstract Task<IReminderTable> CreateTable();

    public virtual async ValueTask InitializeAsync()
    {
        _table = await CreateTable();
        await _table.TestOnlyClearTable();
    }

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public virtual async Task An_empty_table_has_nothing()
    {
        (await _table.ReadRow(Grain("a"), "grace")).ShouldBeNull();
        (await _table.ReadRows(Grain("a"))).Reminders.ShouldBeEmpty();
        (await _table.ReadRows(0, 0)).Reminders.ShouldBeEmpty();
    }

    [Fact]
    public virtual async Task A_reminder_is_read_back_each_way()
    {
        var entry = Reminder("a");
        var etag = await _table.UpsertRow(entry);
        etag.ShouldNotBeNullOrEmpty();

        ReminderEntry?[] reads =
        [
            await _table.ReadRow(entry.GrainId, entry.ReminderName),
            (await _table.ReadRows(entry.GrainId)).Reminders.ShouldHaveSingleItem(),
            (await _table.ReadRows(0, 0)).Reminders.ShouldHaveSingleItem(),
        ];

        foreach (var read in reads)
        {
            read.ShouldNotBeNull();
            read.GrainId.ShouldBe(entry.GrainId);
            read.ReminderName.ShouldBe(entry.ReminderName);
            read.StartAt.ShouldBe(entry.StartAt);
            read.Period.ShouldBe(entry.Period);
            read.ETag.ShouldBe(etag);
        }
    }

    [Theory]
    [InlineData("2026-11-23T08:00:00.0000001Z", "00:01:00")]
    [InlineData("2026-02-28T23:59:59.9999999Z", "00:00:00.0000001")]
    [InlineData("0001-01-01T00:00:00.0000000Z", "365.23:59:59.9999999")]
    [InlineData("9999-12-31T23:59:59.9999999Z", "00:00:01.5000000")]
    public virtual async Task Times_are_kept_to_the_tick_and_as_UTC(string startAt, string period)
    {
        var entry = Reminder("a");
        entry.StartAt = DateTime.ParseExact(startAt, "O", CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);
        entry.Period = TimeSpan.ParseExact(period, "c", CultureInfo.InvariantCulture);
        await _table.UpsertRow(entry);

        var read = (await _table.ReadRow(entry.GrainId, entry.ReminderName))!;

        read.StartAt.Ticks.ShouldBe(entry.StartAt.Ticks);
        read.StartAt.Kind.ShouldBe(DateTimeKind.Utc);
        read.Period.ShouldBe(entry.Period);
    }

    [Theory]
    [InlineData("th-TH")] // Buddhist calendar: 2026 is 2569.
    [InlineData("fa-IR")] // Persian calendar.
    [InlineData("fi-FI")] // Times with dots.
    public virtual async Task The_culture_of_the_process_does_not_matter(string culture)
    {
        var entry = Reminder("a");
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
            await _table.UpsertRow(entry);
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("en-US");
            (await _table.ReadRow(entry.GrainId, entry.ReminderName))!.StartAt.ShouldBe(entry.StartAt);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public virtual async Task Registering_again_replaces_whatever_is_there_and_gives_a_new_ETag()
    {
        var entry = Reminder("a");
        var first = await _table.UpsertRow(entry);
        var again = Reminder("a");
        again.StartAt = Start.AddDays(1);
        again.Period = TimeSpan.FromMinutes(7);
        again.ETag = "stale";

        var second = await _table.UpsertRow(again);

        second.ShouldNotBe(first);
        var read = (await _table.ReadRows(entry.GrainId)).Reminders.ShouldHaveSingleItem();
        read.StartAt.ShouldBe(again.StartAt);
        read.Period.ShouldBe(again.Period);
        read.ETag.ShouldBe(second);
    }

    [Fact]
    public virtual async Task Only_the_present_ETag_removes()
    {
        var entry = Reminder("a");
        var old = await _table.UpsertRow(entry);
        var present = await _table.UpsertRow(entry);

        (await _table.RemoveRow(entry.GrainId, entry.ReminderName, old!)).ShouldBeFalse();
        (await _table.ReadRow(entry.GrainId, entry.ReminderName)).ShouldNotBeNull();
        (await _table.RemoveRow(entry.GrainId, entry.ReminderName, present!)).ShouldBeTrue();
        (await _table.ReadRow(entry.GrainId, entry.ReminderName)).ShouldBeNull();
        (await _table.RemoveRow(entry.GrainId, entry.ReminderName, present!)).ShouldBeFalse();
    }

    [Fact]
    public virtual async Task A_grain_has_as_many_reminders_as_it_names()
    {
        foreach (var name in OddKeys.All) await _table.UpsertRow(Reminder("a", name));
        await _table.UpsertRow(Reminder("ab", "grace"));

        (await _table.ReadRows(Grain("a"))).Reminders.Select(row => row.ReminderName).ShouldBe(OddKeys.All, ignoreOrder: true);
        var gone = (await _table.ReadRow(Grain("a"), "%"))!;
        (await _table.RemoveRow(gone.GrainId, gone.ReminderName, gone.ETag!)).ShouldBeTrue();
        (await _table.ReadRows(Grain("a"))).Reminders.Count.ShouldBe(OddKeys.All.Count - 1);
        (await _table.ReadRows(Grain("ab"))).Reminders.Count.ShouldBe(1);
    }

    [Fact]
    public virtual async Task Grains_with_odd_keys_are_kept_apart()
    {
        foreach (var key in OddKeys.All) await _table.UpsertRow(Reminder(key));

        foreach (var key in OddKeys.All) (await _table.ReadRows(Grain(key))).Reminders.ShouldHaveSingleItem().GrainId.ShouldBe(Grain(key));
    }

    [Fact]
    public virtual async Task Concurrent_registrations_leave_one_row_with_an_ETag_that_was_given_out()
    {
        var etags = await Task.WhenAll(Enumerable.Range(1, 16).Select(minutes => Task.Run(() =>
        {
            var entry = Reminder("a");
            entry.Period = TimeSpan.FromMinutes(minutes);
            return _table.UpsertRow(entry);
        })));

        etags.Distinct().Count().ShouldBe(16);
        etags.ShouldContain((await _table.ReadRows(0, 0)).Reminders.ShouldHaveSingleItem().ETag);
    }

    protected static GrainId Grain(string key) => GrainId.Create("conformance", key);

    private static ReminderEntry Reminder(string key, string name = "grace") => Reminder(Grain(key), name);

    private static ReminderEntry Reminder(GrainId grain, string name = "grace") =>
        new() { GrainId = grain, ReminderName = name, StartAt = Start.AddTicks(1), Period = TimeSpan.FromMinutes(1) };
}
