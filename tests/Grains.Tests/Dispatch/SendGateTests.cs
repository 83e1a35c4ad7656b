using IoTOrleans.Grains.Dispatch;
using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Grains.Tests.Dispatch;

public sealed class SendGateTests
{
    private readonly WatchedTime _time = new();

    [Fact]
    public void Never_more_than_the_limit_in_any_period_and_all_get_their_turn_in_order()
    {
        using var gate = new SendGate(() => new RateLimit(2, TimeSpan.FromSeconds(1)), _time);
        Pass(TimeSpan.FromMinutes(1));
        var turns = Enumerable.Range(0, 9).Select(_ => gate.Turn(CancellationToken.None)).ToList();
        var passed = new List<TimeSpan>();
        for (var now = TimeSpan.Zero; now < TimeSpan.FromSeconds(6); now += TimeSpan.FromMilliseconds(100))
        {
            var due = Math.Min(9, 2 * (1 + (int)now.TotalSeconds));
            Until(() => turns.Count(turn => turn.IsCompletedSuccessfully) >= due);

            // The next one waits on a timer of its own. If the clock moved before that was set, it would fire late.
            if (due < 9) Until(() => _time.Waits > (int)now.TotalSeconds);
            while (passed.Count < turns.Count(turn => turn.IsCompletedSuccessfully)) passed.Add(now);
            Pass(TimeSpan.FromMilliseconds(100));
        }

        passed.Count.ShouldBe(9);
        foreach (var at in passed) passed.Count(other => other >= at && other < at + TimeSpan.FromSeconds(1)).ShouldBeLessThanOrEqualTo(2);
        passed[^1].ShouldBe(TimeSpan.FromSeconds(4), "and no slower than it has to be");
        Enumerable.Range(0, 8).ShouldEachBe(i => turns[i].IsCompletedSuccessfully);
    }

    [Fact]
    public void Whoever_waits_for_a_rate_that_is_raised_has_its_turn_within_seconds()
    {
        var limit = new RateLimit(1, TimeSpan.FromHours(1));
        using var gate = new SendGate(() => limit, _time);
        gate.Turn(CancellationToken.None).IsCompletedSuccessfully.ShouldBeTrue();
        var next = gate.Turn(CancellationToken.None);
        Until(() => _time.Waits > 0);
        next.IsCompleted.ShouldBeFalse();
        limit = new RateLimit(2, TimeSpan.FromHours(1));
        Pass(TimeSpan.FromSeconds(10));
        Until(() => next.IsCompletedSuccessfully);
    }

    [Fact]
    public void Without_a_limit_nobody_waits()
    {
        using var gate = new SendGate(() => null, _time);
        Enumerable.Range(0, 1000).ShouldEachBe(_ => gate.Turn(CancellationToken.None).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Five_failures_in_a_row_close_it_and_every_15_s_one_may_try()
    {
        using var gate = new SendGate(() => null, _time);
        for (var failure = 1; failure <= SendGate.FailuresToClose; failure++)
        {
            (await gate.Turn(CancellationToken.None)).ShouldBeTrue("a few failures are single things' matter");
            gate.Answered(DeliveryAnswer.Failed("no"));
        }

        for (var trial = 0; trial < 10; trial++)
        {
            Pass(SendGate.TrialEvery - TimeSpan.FromMilliseconds(1));
            (await gate.Turn(CancellationToken.None)).ShouldBeFalse();
            Pass(TimeSpan.FromMilliseconds(1));
            (await gate.Turn(CancellationToken.None)).ShouldBeTrue();
            (await gate.Turn(CancellationToken.None)).ShouldBeFalse("one is enough, also while it is under way");
            gate.Answered(DeliveryAnswer.Failed("no"));
        }

        gate.Answered(DeliveryAnswer.Accepted());
        for (var turn = 0; turn < 100; turn++) (await gate.Turn(CancellationToken.None)).ShouldBeTrue();
    }

    [Fact]
    public async Task After_the_first_failure_those_that_wait_try_every_15_s_until_something_is_accepted()
    {
        using var gate = new SendGate(() => null, _time);
        gate.UntilNext.ShouldBe(TimeSpan.Zero);
        await gate.Turn(CancellationToken.None);
        gate.Answered(DeliveryAnswer.Failed("no"));
        (gate.IsInTrouble, gate.UntilNext).ShouldBe((true, SendGate.TrialEvery));

        gate.Answered(DeliveryAnswer.Refused("never"));
        gate.IsInTrouble.ShouldBeTrue("a refusal does not say that it takes anything");
        gate.Answered(DeliveryAnswer.Accepted());
        (gate.IsInTrouble, gate.UntilNext).ShouldBe((false, TimeSpan.Zero));
    }

    [Fact]
    public async Task It_rests_as_long_as_the_destination_asks_for_and_at_most_a_quarter_of_an_hour()
    {
        using var gate = new SendGate(() => null, _time);
        gate.Answered(DeliveryAnswer.Failed("HTTP 429") with { RetryAfter = TimeSpan.FromSeconds(30) });
        await Rests(gate, TimeSpan.FromSeconds(30));
        gate.Answered(DeliveryAnswer.Failed("HTTP 503") with { RetryAfter = TimeSpan.FromDays(1) });
        await Rests(gate, SendGate.LongestRetryAfter);
    }

    [Theory]
    [InlineData(DeliveryOutcome.Accepted)]
    [InlineData(DeliveryOutcome.Refused)]
    public void An_answer_ends_the_row_of_failures(DeliveryOutcome outcome)
    {
        using var gate = new SendGate(() => null, _time);
        for (var round = 0; round < 3; round++)
        {
            for (var failure = 1; failure < SendGate.FailuresToClose; failure++) gate.Answered(DeliveryAnswer.Failed("no"));
            gate.Answered(new DeliveryAnswer(outcome));
        }

        gate.IsClosed.ShouldBeFalse();
    }

    [Fact]
    public void What_fails_while_others_are_taken_is_told_from_what_fails_with_all_others()
    {
        using var gate = new SendGate(() => null, _time);
        gate.TookOthers(_time.GetTimestamp()).ShouldBeFalse("it has never taken anything");
        gate.Answered(DeliveryAnswer.Accepted());
        Pass(TimeSpan.FromSeconds(14));
        gate.TookOthers(_time.GetTimestamp()).ShouldBeTrue();
        Pass(TimeSpan.FromSeconds(1));
        var began = _time.GetTimestamp();
        gate.TookOthers(began).ShouldBeFalse();
        Pass(TimeSpan.FromSeconds(10));
        gate.Answered(DeliveryAnswer.Accepted());
        gate.TookOthers(began).ShouldBeTrue("meanwhile");
    }

    [Fact]
    public async Task Waiting_can_be_given_up_and_holds_up_nobody()
    {
        using var gate = new SendGate(() => new RateLimit(1, TimeSpan.FromSeconds(1)), _time);
        using var stop = new CancellationTokenSource();
        await gate.Turn(CancellationToken.None);
        var waiting = gate.Turn(stop.Token);
        var behind = gate.Turn(CancellationToken.None);
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
        Until(() =>
        {
            Pass(TimeSpan.FromSeconds(1));
            return behind.IsCompletedSuccessfully;
        });
    }

    private async Task Rests(SendGate gate, TimeSpan wait)
    {
        Pass(wait - TimeSpan.FromMilliseconds(1));
        (await gate.Turn(CancellationToken.None)).ShouldBeFalse();
        Pass(TimeSpan.FromMilliseconds(1));
        (await gate.Turn(CancellationToken.None)).ShouldBeTrue();
    }

    /// <summary>What a timer sets off may run on another thread; never for long.</summary>
    private static void Until(Func<bool> condition) => SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(20)).ShouldBeTrue();

    private void Pass(TimeSpan period) => _time.Advance(period);
}
