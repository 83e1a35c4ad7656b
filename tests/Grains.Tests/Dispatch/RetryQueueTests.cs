using System.Collections.Concurrent;
using IoTOrleans.Grains.Dispatch;
using IoTOrleans.Grains.Ports;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace IoTOrleans.Grains.Tests.Dispatch;

/// <summary>Those who wait until a destination answers again.</summary>
public sealed class RetryQueueTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly SendGate _gate;
    private readonly RetryQueue _room;
    private readonly ConcurrentQueue<string> _woken = new();
    private readonly Func<string, Task> _wake;
    private readonly Func<string, Task<bool>> _owes = _ => Task.FromResult(true);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<string> _others = [];
    private Exception? _trouble;
    private bool _busy;

    public RetryQueueTests()
    {
        _gate = new(() => null, _time);
        _room = new("hook", _gate, _ => { }, _time, NullLogger.Instance);
        _wake = async name =>
        {
            _woken.Enqueue(name);
            if (_trouble is { } trouble) throw trouble;
            await _gate.Turn(CancellationToken.None);
        };
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
        _room.Dispose();
    }

    [Fact]
    public async Task Each_waits_once_and_all_are_woken_by_the_first_success()
    {
        await Fail("a", "b", "a", "c");
        Start();
        await Pass(14);
        _woken.ShouldBeEmpty();
        await Pass(3);
        _woken.ShouldHaveSingleItem("one finds out whether it answers").ShouldBe("a");
        await Succeed();
        await Pass(2);
        _woken.ShouldBe(["a", "b", "c"]);
    }

    [Fact]
    public async Task Those_for_whom_there_was_no_room_are_looked_for_when_it_answers_and_once()
    {
        _others.AddRange(["elsewhere-1", "elsewhere-2"]);
        await Fail("a");
        Start();
        await Pass(20);
        await Succeed();
        await Fail("b");
        await Succeed();
        await Pass(20);
        _woken.Order().ShouldBe(["a", "b", "elsewhere-1", "elsewhere-2"]);
        await Fail("c");
        await Succeed();
        await Pass(20);
        _woken.Count.ShouldBe(5);
    }

    [Fact]
    public async Task No_more_are_woken_than_the_queue_takes_and_one_that_cannot_be_woken_is_not_forgotten()
    {
        (_busy, _trouble) = (true, new TimeoutException("storage is slow"));
        await Fail("a");
        Start();
        await Succeed();
        await Pass(30);
        _woken.ShouldBeEmpty();
        _busy = false;
        await Pass(2);
        _woken.ShouldBe(["a"]);
        _trouble = null;
        await Pass(10);
        _woken.ShouldBe(["a", "a"]);
        await Pass(30);
        _woken.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Few_ask_again_in_a_minute_and_many_ten_in_a_second_at_most()
    {
        await Fail("a");
        _room.NotNow.AskAgainIn.ShouldBe(TimeSpan.FromMinutes(1));
        for (var i = 0; i < 3000; i++) _room.Wait(new(_wake, _owes, $"thing-{i}"));
        _room.NotNow.AskAgainIn!.Value.ShouldBe(TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(1));
        for (var i = 0; i < 20_000; i++) _room.Wait(new(_wake, _owes, $"other-{i}"));
        _room.NotNow.AskAgainIn.ShouldBe(TimeSpan.FromMinutes(15));
    }

    private void Start() => _ = _room.Run(() => _busy, Others, _stop.Token);

    private async IAsyncEnumerable<Waiter> Others(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var other in _others) yield return new(_wake, _owes, other);
        await Task.CompletedTask;
    }

    private async Task Fail(params string[] names)
    {
        foreach (var name in names)
        {
            await _gate.Turn(CancellationToken.None);
            await _room.Try(new Waiter(_wake, _owes, name), _ => Task.FromResult(DeliveryAnswer.Failed("HTTP 503")), CancellationToken.None);
        }
    }

    private Task<DeliveryAnswer> Succeed() => _room.Try(null, _ => Task.FromResult(DeliveryAnswer.Accepted()), CancellationToken.None);

    private async Task Pass(int seconds)
    {
        for (var second = 0; second < seconds; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Cluster.VirtualCluster.LetOthersRun();
        }
    }
}
