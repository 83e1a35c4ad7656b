using IoTOrleans.Silo.Verifiers;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Verifiers;

public sealed class RequestRateTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void A_second_s_worth_goes_at_once_and_the_rest_evenly()
    {
        var pace = new RequestRate(maxPerSecond: 4, _time);
        Pass(TimeSpan.FromMinutes(1));

        var turns = Enumerable.Range(0, 7).Select(_ => Wait(pace)).ToList();
        Done(turns).ShouldBe(4);

        Pass(TimeSpan.FromMilliseconds(250));
        Done(turns).ShouldBe(5);
        Pass(TimeSpan.FromMilliseconds(500));
        Done(turns).ShouldBe(7);
    }

    [Fact]
    public async Task A_turn_that_comes_too_late_is_refused_at_once_and_costs_nobody_anything()
    {
        var pace = new RequestRate(maxPerSecond: 1, _time);
        Pass(TimeSpan.FromMinutes(1));
        var waiting = Enumerable.Range(0, 11).Select(_ => Wait(pace)).ToList();

        for (var i = 0; i < 1000; i++) (await Wait(pace)).ShouldBeFalse();

        for (var i = 0; i < 10; i++) Pass(TimeSpan.FromSeconds(1));
        Done(waiting).ShouldBe(11);
        Pass(TimeSpan.FromSeconds(1));
        Wait(pace).IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public async Task Waiting_can_be_given_up()
    {
        var pace = new RequestRate(maxPerSecond: 1, _time);
        using var stop = new CancellationTokenSource();
        await Wait(pace);
        var second = pace.Wait(Patience, stop.Token);

        stop.Cancel();

        await Should.ThrowAsync<OperationCanceledException>(() => second);
    }

    private static int Done(IEnumerable<Task<bool>> turns) => turns.Count(turn => turn.IsCompletedSuccessfully && turn.Result);

    private static Task<bool> Wait(RequestRate pace) => pace.Wait(Patience, CancellationToken.None);

    private void Pass(TimeSpan period) => _time.Advance(period);
}
