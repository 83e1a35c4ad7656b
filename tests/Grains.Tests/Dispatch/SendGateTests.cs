using IoTOrleans.Grains.Dispatch;
using IoTOrleans.Grains.Ports;
using Microsoft.Extensions.Time.Testing;

namespace IoTOrleans.Grains.Tests.Dispatch;

public sealed class SendGateTests
{
    private readonly FakeTimeProvider time = new();

    [Fact]
    public void Never_more_than_the_limit_in_any_period_and_all_get_their_turn_in_order()
    {
        using var gate = new SendGate(new RateLimit(2, TimeSpan.FromSeconds(1)), time);
        Pass(TimeSpan.FromMinutes(1));
        var turns = Enumerable.Range(0, 9).Select(_ => gate.Turn(CancellationToken.None)).ToList();
        var passed = new List<TimeSpan>();
        for (var now = TimeSpan.Zero; now < TimeSpan.FromSeconds(6); now += TimeSpan.FromMilliseconds(100))
        {
            var due = Math.Min(9, 2 * (1 + (int)now.TotalSeconds));
            Until(() => turns.Count(turn => turn.IsCompletedSuccessfully) >= due);
            while (passed.Count < turns.Count(turn => turn.IsCompletedSuccessfully)) passed.Add(now);
            Pass(TimeSpan.FromMilliseconds(100));
        }

        passed.Count.ShouldBe(9);
        foreach (var at in passed) passed.Count(other => other >= at && other < at + TimeSpan.FromSeconds(1)).ShouldBeLessThanOrEqualTo(2);
        passed[^1].ShouldBe(TimeSpan.FromSeconds(4), "and no slower than it has to be");
        Enumerable.Range(0, 8).ShouldAllBe(i => turns[i].IsCompletedSuccessfully);
    }

    [Fact]
    public void Without_a_limit_nobody_waits()
    {
        using var gate = new SendGate(null, time);
        Enumerable.Range(0, 1000).ShouldAllBe(_ => gate.Turn(CancellationToken.None).IsCompletedSuccessfully);
    }

    [Fact]
    public void Failures_in_a_row_make_it_rest_longer_and_longer_but_never_for_long()
    {
        using var gate = new SendGate(null, time);
        for (var failure = 1; failure < SendGate.FailuresToRest; failure++) gate.Answered(DeliveryAnswer.Failed("no"));
        gate.Turn(CancellationToken.None).IsCompletedSuccessfully.ShouldBeTrue("a few failures are single things' matter");

        foreach (var seconds in new[] { 1, 2, 4, 8, 16, 32, 60, 60 })
        {
            gate.Answered(DeliveryAnswer.Failed("no"));
            Rests(gate, TimeSpan.FromSeconds(seconds));
        }
    }

    [Fact]
    public void It_rests_as_long_as_the_destination_asks_for_and_at_most_a_quarter_of_an_hour()
    {
        using var gate = new SendGate(null, time);
        gate.Answered(DeliveryAnswer.Failed("HTTP 429") with { RetryAfter = TimeSpan.FromSeconds(30) });
        Rests(gate, TimeSpan.FromSeconds(30));
        gate.Answered(DeliveryAnswer.Failed("HTTP 503") with { RetryAfter = TimeSpan.FromDays(1) });
        Rests(gate, SendGate.LongestRetryAfter);
    }

    [Theory]
    [InlineData(DeliveryOutcome.Accepted)]
    [InlineData(DeliveryOutcome.Refused)]
    public void An_answer_ends_the_row_of_failures(DeliveryOutcome outcome)
    {
        using var gate = new SendGate(null, time);
        for (var round = 0; round < 3; round++)
        {
            for (var failure = 1; failure < SendGate.FailuresToRest; failure++) gate.Answered(DeliveryAnswer.Failed("no"));
            gate.Answered(new DeliveryAnswer(outcome));
        }

        gate.Turn(CancellationToken.None).IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public async Task Waiting_can_be_given_up_and_holds_up_nobody()
    {
        using var gate = new SendGate(new RateLimit(1, TimeSpan.FromSeconds(1)), time);
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

    private void Rests(SendGate gate, TimeSpan wait)
    {
        var turn = gate.Turn(CancellationToken.None);
        Pass(wait - TimeSpan.FromMilliseconds(1));
        turn.IsCompleted.ShouldBeFalse();
        Pass(TimeSpan.FromMilliseconds(1));
        Until(() => turn.IsCompletedSuccessfully);
    }

    /// <summary>What a timer sets off may run on another thread; never for long.</summary>
    private static void Until(Func<bool> condition) => SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(20)).ShouldBeTrue();

    private void Pass(TimeSpan period) => time.Advance(period);
}
