using IoTOrleans.Contracts;
using IoTOrleans.Grains.Fleet;
using Microsoft.Extensions.Time.Testing;

namespace IoTOrleans.Grains.Tests.Fleet;

public sealed class FleetBoardTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_thing_that_flaps_while_nobody_takes_reports_has_a_bounded_one()
    {
        var board = new FleetBoard(new FakeTimeProvider(Start));
        for (var i = 0; i < 1000; i++)
        {
            board.Note(
                "a", FleetClass.Known, FleetWorld.Status("a", PresenceStatus.Connected),
                new(Start.AddSeconds(i), Start.AddSeconds(i + 1), Notified: false, Quiet: true));
        }

        var returns = board.Next("silo")!.Reports.Single().Returns;
        returns.Select(one => one.Since).ShouldBe(Enumerable.Range(950, 50).Select(i => Start.AddSeconds(i)));
    }

    [Theory]
    [InlineData(160, 6250, 31_250, 2560)]
    [InlineData(1, 666, 3333, 273)]
    [InlineData(512, 20_000, 100_000, 8192)]
    [InlineData(64 * 1024, 20_000, 100_000, 8192)]
    public void A_small_heap_keeps_less(int megabytes, int noted, int remembered, int changes) =>
        FleetLimits.Of(megabytes * 1024L * 1024).ShouldBe(new(noted, remembered, changes));

    /// <summary>Its only report went to another activation, while this one was counting.</summary>
    [Theory]
    [InlineData(1, true)]
    [InlineData(-1, false)]
    public void A_silo_that_was_heard_by_another_activation_meanwhile_is_counted_again(int afterTheStart, bool again)
    {
        var time = new FakeTimeProvider(Start.AddSeconds(afterTheStart));
        var board = new FleetBoard(time);
        board.Note("a", FleetClass.Absent, FleetWorld.Status("a", PresenceStatus.Connected));
        board.Done(board.Next("s")!.Number);

        var book = new FleetBook(Start, TimeZoneInfo.Utc, FleetLimits.Largest);
        book.Load(new(), Start);
        book.BeginCount();
        book.EndWalk(Start);
        book.EndCount(Start);
        time.Advance(FleetReporter.Greeting);
        book.Report(board.Next("s", greets: true)!, time.GetUtcNow());
        book.NeedsCount.ShouldBe(again);
    }

    [Fact]
    public async Task Who_has_nothing_to_say_says_so_after_a_while()
    {
        var time = new WatchedTime();
        var board = new FleetBoard(time);
        var noted = board.Noted(FleetReporter.Greeting, TestContext.Current.CancellationToken);
        await time.NextWaitOf(FleetReporter.Greeting, TestContext.Current.CancellationToken);
        time.Advance(FleetReporter.Greeting);
        (await noted).ShouldBeFalse();
        board.Note("a", FleetClass.Absent, FleetWorld.Status("a", PresenceStatus.Connected));
        (await board.Noted(FleetReporter.Greeting, TestContext.Current.CancellationToken)).ShouldBeTrue();
    }

    [Fact]
    public async Task What_was_noted_is_reported_when_its_batch_is_done_whatever_comes_later()
    {
        var board = new FleetBoard(new FakeTimeProvider(Start), FleetLimits.Largest with { Noted = 3 });
        var cancel = TestContext.Current.CancellationToken;
        await board.Reported(board.LastStamp, cancel);
        var first = Noted("a");
        var batch = board.Next("silo")!;
        var again = Noted("a");
        first.IsCompleted.ShouldBeFalse();
        board.Done(batch.Number);
        await first;
        again.IsCompleted.ShouldBeFalse();

        // A thing that changes once more keeps its place.
        var later = Noted("b");
        _ = Noted("a");
        board.Done(board.Next("silo")!.Number);
        await Task.WhenAll(again, later);

        // Which ones did not fit is not known: until the fleet has learned of that, none of them is reported.
        var lost = new[] { "a", "b", "c", "d", "e" }.Select(Noted).ToList();
        batch = board.Next("silo")!;
        (batch.Overflow, lost.Any(one => one.IsCompleted)).ShouldBe((true, false));
        board.Done(batch.Number);
        board.Done(board.Next("silo")!.Number);
        await Task.WhenAll(lost);

        Task Noted(string thing)
        {
            board.Note(thing, FleetClass.Known, FleetWorld.Status(thing, PresenceStatus.Offline));
            return board.Reported(board.LastStamp, cancel);
        }
    }

    [Fact]
    public void A_silo_that_left_may_have_changed_a_thing_after_its_goodbye()
    {
        var book = new FleetBook(Start, TimeZoneInfo.Utc, FleetLimits.Largest);
        book.Load(new() { Clean = true }, Start);
        book.BeginLoad();
        book.EndLoad();
        book.Report(new() { Silo = "s", Number = 1, Reports = [], Leaving = true }, Start);
        book.NeedsLoad.ShouldBeFalse();
        book.Gone("s", Start);
        (book.NeedsLoad, book.NeedsCount).ShouldBe((true, false));
    }

    /// <summary>What comes in meanwhile may have been counted by the last count, and nobody can tell.</summary>
    [Fact]
    public void During_the_daily_count_no_number_is_handed_over()
    {
        var book = new FleetBook(Start, TimeZoneInfo.Utc, FleetLimits.Largest);
        book.Load(new() { Clean = true }, Start);
        book.Save(ending: true).Clean.ShouldBeTrue();
        book.BeginCount();
        book.Save(ending: true).Clean.ShouldBeFalse();
        book.EndWalk(Start);
        book.EndCount(Start);
        book.Save(ending: true).Clean.ShouldBeTrue();
    }
}
