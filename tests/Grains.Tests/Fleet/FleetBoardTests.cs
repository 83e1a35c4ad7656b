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

    [Fact]
    public async Task What_was_noted_is_reported_when_its_batch_is_done_whatever_comes_later()
    {
        var (board, cancel) = (new FleetBoard(new FakeTimeProvider(Start), most: 3), TestContext.Current.CancellationToken);
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
        var book = new FleetBook(Start, TimeZoneInfo.Utc);
        book.Load(new() { Clean = true }, Start);
        book.BeginLoad();
        book.EndLoad();
        book.Report(new() { Silo = "s", Number = 1, Reports = [], Leaving = true }, Start);
        book.NeedsLoad.ShouldBeFalse();
        book.Gone("s", Start);
        (book.NeedsLoad, book.NeedsCount).ShouldBe((true, false));
    }
}
