using System.Threading.Channels;
using IoTOrleans.Silo.Reminders;
using IoTOrleans.Events.Tests.Machine;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;
using Orleans;
using Orleans.Runtime;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Reminders;

public sealed class ReminderClockTests : IDisposable
{
    private const string Name = "presence";

    /// <summary>For a test that hangs; nothing is expected to take this long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero));
    private readonly Channel<(string Thing, DateTime At)> _ticks = Channel.CreateUnbounded<(string, DateTime)>();
    private readonly IGrainFactory _grains = Substitute.For<IGrainFactory>();
    private readonly Dictionary<string, TaskCompletionSource> _hanging = [];
    private readonly FakeMemory _memory;
    private readonly ReminderClock _clock;

    public ReminderClockTests()
    {
        _grains.GetGrain<IRemindable>(Arg.Any<GrainId>()).Returns(call => new Thing(call.Arg<GrainId>().Key.ToString()!, this));
        _memory = new(_time);
        _clock = new(_grains, _memory.Gauge, _time, NullLogger<ReminderClock>.Instance);
        _clock.Start();
    }

    private DateTime Now => _time.GetUtcNow().UtcDateTime;

    public void Dispose() => _clock.Dispose();

    [Fact]
    public async Task It_ticks_at_its_time_and_every_period_after_it()
    {
        var at = Now + TimeSpan.FromSeconds(90);
        Set("a", at);
        (await Ticks(3)).ShouldBe([("a", at), ("a", at + Minute), ("a", at + (2 * Minute))]);
    }

    [Fact]
    public async Task One_that_is_moved_ticks_at_its_new_time_and_not_at_the_old_one()
    {
        var at = Now + Minute;
        Set("a", at);
        Set("b", at);
        Set("a", at + TimeSpan.FromSeconds(30));
        Set("b", at - TimeSpan.FromSeconds(30));
        (await Ticks(3)).ShouldBe([("b", at - TimeSpan.FromSeconds(30)), ("a", at + TimeSpan.FromSeconds(30)),
            ("b", at + TimeSpan.FromSeconds(30))], ignoreOrder: true);
    }

    [Fact]
    public async Task One_that_is_removed_does_not_tick()
    {
        var at = Now + Minute;
        Set("a", at);
        Set("b", at + TimeSpan.FromSeconds(1));
        _clock.Remove(Id("a"), Name);
        (await Ticks(1)).ShouldBe([("b", at + TimeSpan.FromSeconds(1))]);
    }

    [Fact]
    public async Task One_that_is_far_away_is_left_to_the_table_until_it_comes_near()
    {
        var at = Now + ReminderClock.Window + Minute;
        Set("a", at);
        _clock.Count.ShouldBe(0);

        _time.Advance(2 * Minute);
        Read([Row("a", at)]);
        _clock.Count.ShouldBe(1);
        (await Ticks(1)).ShouldBe([("a", at)]);
    }

    [Fact]
    public async Task One_that_is_moved_far_away_is_forgotten()
    {
        Set("a", Now + Minute);
        Set("a", Now + TimeSpan.FromDays(1));
        _clock.Count.ShouldBe(0);
        Set("b", Now + (2 * Minute));
        (await Ticks(1)).Single().Thing.ShouldBe("b");
    }

    [Fact]
    public void What_has_changed_while_the_table_was_read_is_newer_than_what_was_found_there()
    {
        Set("removed", Now + Minute);
        Set("moved", Now + Minute);
        _clock.BeginRead();
        _clock.Remove(Id("removed"), Name);
        Set("moved", Now + TimeSpan.FromDays(1));
        Set("new", Now + Minute);
        _clock.EndRead([Row("removed", Now + Minute), Row("moved", Now + Minute)], _ => true);
        _clock.Count.ShouldBe(1);
        _clock.Remove(Id("new"), Name);
        _clock.Count.ShouldBe(0);
    }

    [Fact]
    public void What_is_not_in_the_table_any_more_is_forgotten_but_only_where_it_was_looked_for()
    {
        Set("a", Now + Minute);
        Set("b", Now + Minute);
        Read([], part: grain => grain == Id("a"));
        _clock.Count.ShouldBe(1);
        _clock.Remove(Id("b"), Name);
        _clock.Count.ShouldBe(0);
    }

    [Fact]
    public async Task One_that_has_ticked_and_is_read_again_unchanged_goes_on_as_before()
    {
        var at = Now + Minute;
        Set("a", at);
        (await Ticks(1)).ShouldBe([("a", at)]);
        Read([Row("a", at)]);
        (await Ticks(1)).ShouldBe([("a", at + Minute)]);
    }

    [Fact]
    public async Task One_whose_time_has_passed_when_it_is_found_ticks_within_seconds_and_then_at_its_periods()
    {
        var (at, found) = (Now - TimeSpan.FromSeconds(90), Now);
        Read([Row("a", at)]);
        (await Ticks(1)).Single().At.ShouldBeInRange(found, found + ReminderClock.OverdueWithin);
        Read([Row("a", at)]);
        (await Ticks(2)).ShouldBe([("a", at + (2 * Minute)), ("a", at + (3 * Minute))]);
    }

    [Fact]
    public async Task After_the_clock_was_set_back_each_that_is_found_ticks_within_seconds_also_one_that_is_far_away_and_then_at_its_time()
    {
        var (near, far, found) = (Now + Minute, Now + TimeSpan.FromDays(1), Now);
        Read([Row("near", near), Row("far", far)], lookAtAll: true);
        (await Ticks(2)).ShouldEachBe(tick => tick.At >= found && tick.At <= found + ReminderClock.OverdueWithin);
        Read([Row("near", near), Row("far", far)]);
        _clock.Count.ShouldBe(1);
        (await Ticks(2)).ShouldBe([("near", near), ("near", near + Minute)]);
    }

    /// <summary>A start waits for its clock to be put right before it looks at all, and has read the table by then.</summary>
    [Fact]
    public async Task So_does_one_that_was_found_before_and_is_not_due_yet()
    {
        var (near, found) = (Now + (5 * Minute), Now);
        Read([Row("near", near)]);
        Read([Row("near", near)], lookAtAll: true);
        (await Ticks(1)).Single().At.ShouldBeInRange(found, found + ReminderClock.OverdueWithin);
        (await Ticks(1)).ShouldBe([("near", near)]);
    }

    [Fact]
    public async Task A_tick_that_hangs_is_not_repeated_and_holds_up_nobody()
    {
        var hanging = _hanging["a"] = new();
        Set("a", Now + Minute);
        (await Ticks(1)).ShouldHaveSingleItem();
        Set("b", Now + (2 * Minute));
        (await Ticks(1)).Single().Thing.ShouldBe("b");
        _hanging.Remove("a");
        hanging.SetResult();
    }

    [Fact]
    public async Task A_tick_that_fails_is_repeated_within_seconds_and_then_comes_at_its_periods()
    {
        var at = Now + Minute;
        (_hanging["a"] = new()).SetException(new TimeoutException("nobody answers"));
        Set("a", at);
        var failed = await Ticks(4);
        failed[0].At.ShouldBe(at);
        failed[^1].At.ShouldBeLessThan(at + TimeSpan.FromSeconds(30));
        _hanging.Remove("a");
        (await Ticks(1)).Single().At.ShouldBeLessThan(at + Minute);
        (await Ticks(2)).ShouldBe([("a", at + Minute), ("a", at + (2 * Minute))]);
    }

    [Fact]
    public async Task One_that_is_removed_while_its_tick_fails_does_not_tick_again()
    {
        var hanging = _hanging["a"] = new();
        Set("a", Now + Minute);
        await Ticks(1);
        _clock.Remove(Id("a"), Name);
        hanging.SetException(new TimeoutException("nobody answers"));
        Set("b", Now + (2 * Minute));
        (await Ticks(1)).Single().Thing.ShouldBe("b");
    }

    [Fact]
    public async Task No_more_than_so_many_tick_at_once_and_all_do()
    {
        var first = Enumerable.Range(0, ReminderClock.AtOnce + 10).Select(i => $"thing-{i}").ToList();
        foreach (var thing in first) _hanging[thing] = new();
        foreach (var thing in first) Set(thing, Now + Minute);
        var begun = await Ticks(ReminderClock.AtOnce);
        _ticks.Reader.TryRead(out _).ShouldBeFalse();
        foreach (var (thing, _) in begun) _hanging[thing].SetResult();
        (await Ticks(10)).Select(tick => tick.Thing).Concat(begun.Select(tick => tick.Thing)).ShouldBe(first, ignoreOrder: true);
    }

    [Fact]
    public async Task While_memory_is_full_few_tick_at_once_and_none_is_lost()
    {
        _memory.Share = 0.9;
        var at = Now + Minute;
        for (var i = 0; i < 50; i++)
        {
            _hanging[$"thing-{i}"] = new();
            Set($"thing-{i}", at);
        }

        var ticks = await Ticks(ReminderClock.AtOnceWhenFull);
        await Settle();
        _ticks.Reader.TryRead(out _).ShouldBeFalse("the others wait for these");
        foreach (var hanging in _hanging.Values) hanging.SetResult();
        ticks.AddRange(await Ticks(50 - ReminderClock.AtOnceWhenFull));
        ticks.Select(tick => tick.Thing).Distinct().Count().ShouldBe(50);
    }

    [Fact]
    public async Task Stopping_waits_for_the_ticks_that_are_under_way_and_none_begins()
    {
        var hanging = _hanging["a"] = new();
        Set("a", Now + Minute);
        await Ticks(1);
        Set("b", Now + Minute);
        var stopped = _clock.Stop();
        _time.Advance(5 * Minute);
        stopped.IsCompleted.ShouldBeFalse();
        hanging.SetResult();
        await stopped.WaitAsync(Patience, TestContext.Current.CancellationToken);
        _ticks.Reader.TryRead(out _).ShouldBeFalse();
    }

    [Fact]
    public void A_hundred_thousand_that_are_due_soon_take_a_tenth_of_what_Orleans_would_keep_for_each()
    {
        var rows = Enumerable.Range(0, 100_000).Select(i => Row($"thing-{i}", Now + Minute + TimeSpan.FromMilliseconds(i))).ToList();
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var row in rows) _clock.Set(row.GrainId, Name, row.StartAt, row.Period);

        // Everything that was allocated on the way, the smaller tables that were grown out of included.
        ((GC.GetAllocatedBytesForCurrentThread() - before) / rows.Count).ShouldBeLessThan(400);
        _clock.Count.ShouldBe(rows.Count);
    }

    private static GrainId Id(string thing) => GrainId.Create("device", thing);

    private static ReminderEntry Row(string thing, DateTime at) =>
        new() { GrainId = Id(thing), ReminderName = Name, StartAt = at, Period = Minute };

    private void Set(string thing, DateTime at) => _clock.Set(Id(thing), Name, at, Minute);

    private void Read(IReadOnlyList<ReminderEntry> rows, Func<GrainId, bool>? part = null, bool lookAtAll = false)
    {
        _clock.BeginRead();
        _clock.EndRead(rows, part ?? (_ => true), lookAtAll);
    }

    /// <summary>Moves the clock until so many have ticked.</summary>
    private async Task<List<(string Thing, DateTime At)>> Ticks(int count)
    {
        var ticks = new List<(string, DateTime)>();
        for (var i = 0; ticks.Count < count && i < 3600; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            await Settle();
            while (ticks.Count < count && _ticks.Reader.TryRead(out var tick)) ticks.Add(tick);
            if (ticks.Count < count) _time.Advance(TimeSpan.FromMilliseconds(999));
        }

        return ticks;
    }

    /// <summary>A tick begins on the thread pool.</summary>
    private static async Task Settle()
    {
        for (var i = 0; i < 100; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
            if (ThreadPool.PendingWorkItemCount == 0) return;
        }
    }

    private sealed class Thing(string name, ReminderClockTests tests) : IRemindable
    {
        public Task ReceiveReminder(string reminderName, TickStatus status)
        {
            tests._ticks.Writer.TryWrite(
                (name, new DateTime(status.CurrentTickTime.Ticks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, DateTimeKind.Utc)));
            return tests._hanging.TryGetValue(name, out var hanging) ? hanging.Task : Task.CompletedTask;
        }
    }
}
