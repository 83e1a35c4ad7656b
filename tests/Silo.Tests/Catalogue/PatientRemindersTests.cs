using IoTOrleans.DynamoDB;
using IoTOrleans.Silo.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Catalogue;

/// <summary>A silo that takes over a part of the ring reads it until that works, and what is overdue ticks at once.</summary>
public sealed class PatientRemindersTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero));
    private readonly IReminderTable _table = Substitute.For<IReminderTable>();

    [Fact]
    public async Task A_read_that_fails_is_tried_again_in_a_second()
    {
        var failures = 3;
        _table.ReadRows(0u, 0u, Arg.Any<CancellationToken>()).Returns(_ => failures-- > 0
            ? throw new DynamoDBStoreException(DynamoDBStoreError.Unreachable, "down") : Task.FromResult(new ReminderTableData()));
        var reading = Patient().ReadRows(0u, 0u, TestContext.Current.CancellationToken);
        for (var i = 0; i < 100 && !reading.IsCompleted; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        (await reading).Reminders.ShouldBeEmpty();
        failures.ShouldBe(-1);
    }

    [Fact]
    public async Task What_is_overdue_ticks_within_seconds_and_what_is_not_when_it_was_to()
    {
        var now = _time.GetUtcNow().UtcDateTime;
        ReminderEntry overdue = new() { StartAt = now.AddHours(-1) }, later = new() { StartAt = now.AddMinutes(3) };
        _table.ReadRows(0u, 0u, Arg.Any<CancellationToken>()).Returns(new ReminderTableData([overdue, later]));

        var rows = await Patient().ReadRows(0u, 0u, TestContext.Current.CancellationToken);

        rows.Reminders[0].StartAt.ShouldBeInRange(now, now.AddSeconds(3));
        rows.Reminders[1].StartAt.ShouldBe(now.AddMinutes(3));
    }

    private PatientReminders Patient() => new(_table, _time, NullLogger<PatientReminders>.Instance);
}
