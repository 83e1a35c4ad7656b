using IoTOrleans.Contracts;
using IoTOrleans.Grains.Fleet;
using IoTOrleans.Grains.Ports;
using NSubstitute;

namespace IoTOrleans.Grains.Tests.Fleet;

public sealed class FleetCountTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private readonly WatchedTime _time = new();
    private readonly FleetBoard _board;
    private readonly RecordingLogger<FleetCount> _log = new();
    private readonly FleetCount _count;
    private Func<Task<FleetCounts>> _answer = () => Task.FromResult(Counts(3));
    private int _asked;

    public FleetCountTests()
    {
        var (grains, fleet) = (Substitute.For<IGrainFactory>(), Substitute.For<IFleetGrain>());
        fleet.Counts().Returns(_ =>
        {
            _asked++;
            return _answer();
        });
        grains.GetGrain<IFleetGrain>(0).Returns(fleet);
        _board = new(_time);
        _count = new(grains, _board, _time, _log);
    }

    [Fact]
    public async Task A_thousand_notifications_of_a_second_share_one_answer()
    {
        for (var i = 0; i < 1000; i++) (await _count.Count(0, Cancel)).ShouldBe(new FleetNumbers(3, 101));
        _asked.ShouldBe(1);

        _time.Advance(FleetCount.Shared - TimeSpan.FromMilliseconds(1));
        await _count.Count(0, Cancel);
        _asked.ShouldBe(1);

        _time.Advance(TimeSpan.FromMilliseconds(1));
        _answer = () => Task.FromResult(Counts(4));
        (await _count.Count(0, Cancel)).ShouldBe(new FleetNumbers(4, 101));
        _asked.ShouldBe(2);
    }

    /// <summary>Or else "0 of 101 offline", about a thing that is offline.</summary>
    [Fact]
    public async Task It_asks_when_what_the_thing_has_stored_is_reported()
    {
        var counting = Tell("a");
        (_asked, counting.IsCompleted).ShouldBe((0, false));
        Report();
        (await counting).ShouldBe(new FleetNumbers(3, 101));
        _asked.ShouldBe(1);

        // It is counted in that answer.
        (await _count.Count(_count.Mark, Cancel)).ShouldNotBeNull();
        _asked.ShouldBe(1);
    }

    [Fact]
    public async Task What_is_stored_after_the_question_is_in_the_next_answer_a_second_later()
    {
        var answer = new TaskCompletionSource<FleetCounts>();
        _answer = () => answer.Task;
        var first = _count.Count(0, Cancel).AsTask();
        var later = new[] { Tell("a"), Tell("b"), Tell("c") };
        Report();
        answer.SetResult(Counts(0));
        (await first).ShouldBe(new FleetNumbers(0, 101));

        await _time.NextWaitOf(FleetCount.Shared, Cancel);
        (_asked, later.Any(one => one.IsCompleted)).ShouldBe((1, false));
        _answer = () => Task.FromResult(Counts(3));
        _time.Advance(FleetCount.Shared);
        (await Task.WhenAll(later)).ShouldEachBe(numbers => numbers == new FleetNumbers(3, 101));
        _asked.ShouldBe(2);
    }

    [Fact]
    public async Task A_grain_that_does_not_answer_is_waited_for_once_and_then_for_a_while_not_at_all()
    {
        _answer = () => new TaskCompletionSource<FleetCounts>().Task;
        var waiting = Enumerable.Range(0, 8).Select(_ => _count.Count(0, Cancel).AsTask()).ToList();
        waiting.ShouldEachBe(one => !one.IsCompleted);
        _time.Advance(FleetCount.Patience);
        (await Task.WhenAll(waiting)).ShouldEachBe(numbers => numbers == null);

        for (var i = 0; i < 1000; i++) (await _count.Count(_count.Mark, Cancel)).ShouldBeNull();
        _asked.ShouldBe(1);
        _log.Lines.ShouldHaveSingleItem().ShouldEndWith("Notifications go out without these numbers. No answer in 2 s.");

        _time.Advance(FleetCount.Rest);
        _answer = () => Task.FromResult(Counts(5));
        (await _count.Count(0, Cancel)).ShouldBe(new FleetNumbers(5, 101));
    }

    [Fact]
    public async Task Reports_that_are_not_taken_hold_nothing_up_either()
    {
        var counting = Tell("a");
        _time.Advance(FleetCount.Patience);
        (await counting).ShouldBeNull();
        (await Tell("b")).ShouldBeNull();
        _asked.ShouldBe(0);
    }

    [Fact]
    public async Task An_error_and_a_count_that_is_not_complete_are_no_numbers()
    {
        _answer = () => throw new InvalidOperationException("No silo.\nAt all.");
        (await _count.Count(0, Cancel)).ShouldBeNull();
        _log.Lines.ShouldHaveSingleItem().ShouldEndWith("No silo.");

        _time.Advance(FleetCount.Rest);
        _answer = () => Task.FromException<FleetCounts>(new TimeoutException("Late."));
        (await _count.Count(0, Cancel)).ShouldBeNull();

        _time.Advance(FleetCount.Rest);
        _answer = () => Task.FromResult(Counts(3) with { Complete = false });
        (await _count.Count(0, Cancel)).ShouldBeNull();
        _asked.ShouldBe(3);
    }

    [Fact]
    public async Task Who_is_stopped_does_not_wait()
    {
        using var stop = new CancellationTokenSource();
        _answer = () => new TaskCompletionSource<FleetCounts>().Task;
        var counting = _count.Count(0, stop.Token).AsTask();
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => counting);
    }

    private Task<FleetNumbers?> Tell(string thing)
    {
        _board.Note(thing, FleetClass.Known, FleetWorld.Status(thing, PresenceStatus.Offline));
        return _count.Count(_count.Mark, Cancel).AsTask();
    }

    private void Report() => _board.Done(_board.Next("silo")!.Number);

    private static FleetCounts Counts(int offline) => new() { Complete = true, Total = 101, Offline = offline };
}
