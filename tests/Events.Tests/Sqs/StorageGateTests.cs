using IoTOrleans.Events.Sqs;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Sqs;

public sealed class StorageGateTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly InFlightMessages _held = new();
    private readonly StorageGate _gate;

    public StorageGateTests() => _gate = new StorageGate(_held, _time, NullLogger<StorageGate>.Instance);

    [Fact]
    public void It_closes_at_the_fifth_failure_in_a_row()
    {
        Fail(4);
        _gate.IsPaused.ShouldBeFalse();
        Enter().IsCompleted.ShouldBeTrue();

        Fail(1);
        _gate.IsPaused.ShouldBeTrue();
        Enter().IsCompleted.ShouldBeFalse();
        MayReceive().IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public void A_success_in_between_starts_the_count_again()
    {
        Fail(4);
        _gate.Succeeded();
        Fail(4);

        _gate.IsPaused.ShouldBeFalse();
    }

    [Fact]
    public async Task While_open_a_whole_batch_may_be_received() => (await MayReceive()).ShouldBe(10);

    [Fact]
    public void While_closed_one_is_let_through_every_5_seconds()
    {
        Fail(5);
        Task<bool>[] waiting = [Enter(), Enter(), Enter()];

        _time.Advance(TimeSpan.FromSeconds(4.9));
        waiting.Count(turn => turn.IsCompleted).ShouldBe(0);

        for (var probe = 1; probe <= 3; probe++)
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            waiting.Count(turn => turn.IsCompleted).ShouldBe(probe);
            Fail(1);
        }
    }

    [Fact]
    public void No_second_one_is_let_through_while_the_first_has_no_answer()
    {
        Fail(5);
        Task<bool>[] waiting = [Enter(), Enter()];

        _time.Advance(TimeSpan.FromSeconds(30));
        waiting.Count(turn => turn.IsCompleted).ShouldBe(1);
    }

    [Fact]
    public void Those_that_have_not_been_tried_go_first()
    {
        Fail(5);
        var tried = Enter(tried: true);
        var untried = Enter();

        _time.Advance(TimeSpan.FromSeconds(5));

        untried.IsCompleted.ShouldBeTrue();
        tried.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task A_success_opens_it_for_all()
    {
        Fail(5);
        Task<bool>[] waiting = [Enter(), Enter(), Enter()];
        var receiver = MayReceive();

        _gate.Succeeded();

        (await Task.WhenAll(waiting)).ShouldBe([true, true, true]);
        (await receiver).ShouldBe(10);
        _gate.IsPaused.ShouldBeFalse();
    }

    [Fact]
    public void With_something_untried_in_hand_nothing_is_received()
    {
        Fail(5);
        _ = Enter();
        var receiver = MayReceive();

        _time.Advance(TimeSpan.FromSeconds(5));

        receiver.IsCompleted.ShouldBeFalse();
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(9, 1)]
    [InlineData(10, null)]
    public async Task With_everything_in_hand_tried_one_message_is_received_until_the_hand_is_full(int inHand, int? expected)
    {
        for (var i = 0; i < inHand; i++) _held.Add(new InFlightMessage("id", "receipt", default, 1, 0));
        Fail(5);
        if (inHand > 0) _ = Enter(tried: true);
        var receiver = MayReceive();

        _time.Advance(TimeSpan.FromSeconds(5));

        (receiver.IsCompleted ? await receiver : (int?)null).ShouldBe(expected);
    }

    [Fact]
    public async Task When_the_consumer_stops_while_it_is_closed_nobody_waits()
    {
        Fail(5);
        var waiting = Enter();

        _gate.Close();

        (await waiting).ShouldBeFalse();
        (await Enter()).ShouldBeFalse();
    }

    [Fact]
    public async Task When_it_closes_while_the_consumer_stops_nobody_waits()
    {
        _gate.Close();
        (await Enter()).ShouldBeTrue();

        Fail(5);
        (await Enter()).ShouldBeFalse();
    }

    public void Dispose() => _gate.Dispose();

    // Without a token they are complete in the moment in which the gate says so.
    private Task<int> MayReceive() => _gate.MayReceive(CancellationToken.None);

    private Task<bool> Enter(bool tried = false) => _gate.Enter(tried, CancellationToken.None);

    private void Fail(int times)
    {
        for (var i = 0; i < times; i++) _gate.Failed();
    }
}
