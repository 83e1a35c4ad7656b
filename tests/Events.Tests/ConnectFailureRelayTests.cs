using System.Diagnostics.Metrics;
using IoTOrleans.Contracts;
using IoTOrleans.Events.Tests.Sqs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests;

/// <summary>However many connect failures come: few grains are called, and nobody waits.</summary>
public sealed class ConnectFailureRelayTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Start = new(2025, 11, 23, 8, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Start);
    private readonly FakeSink _sink = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, long> _results = [];
    private readonly ConnectFailureRelay _relay;

    public ConnectFailureRelayTests()
    {
        var meters = _services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, self) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, meters) && instrument.Name == "iot_orleans.connect_failures")
                self.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            var result = (string)tags[0].Value!;
            lock (_results) _results[result] = _results.GetValueOrDefault(result) + value;
        });
        _listener.Start();
        _relay = new(_sink, new EventMetrics(meters), _time);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _relay.Dispose();
        _listener.Dispose();
        await _services.DisposeAsync();
    }

    [Fact]
    public async Task Those_of_one_thing_come_together_in_the_order_of_their_stamps()
    {
        foreach (var second in (int[])[3, 1, 2]) Add("a", second);
        Add("b", 1);
        await _relay.DeliverSome(Cancelled);

        _sink.Refused.Select(call => (call.ThingName, string.Join(' ', call.Failures.Select(one => (one.Timestamp - Start).TotalSeconds))))
            .ShouldBe([("a", "1 2 3"), ("b", "1")], ignoreOrder: true);
        Add("a", 4);
        await _relay.DeliverSome(Cancelled);
        _sink.Refused.Count.ShouldBe(3);
        _results.ShouldBe(new Dictionary<string, long> { ["counted"] = 5 }, ignoreOrder: true);
    }

    [Fact]
    public async Task A_flood_of_made_up_names_calls_a_hundred_grains_a_second_and_fills_no_memory()
    {
        for (var i = 0; i < 100_000; i++) Add($"made-up-{i}", 1);
        _results["dropped"].ShouldBe(90_000);

        for (var second = 1; second <= 3; second++)
        {
            await _relay.DeliverSome(Cancelled);
            _sink.Refused.Count.ShouldBe(second * ConnectFailureRelay.ThingsAtATime);
        }

        // One that comes now gets its turn.
        Add("rpi-1", 2);
        for (var left = ConnectFailureRelay.MostThings; left > 0; left -= ConnectFailureRelay.ThingsAtATime)
            await _relay.DeliverSome(Cancelled);
        _sink.Refused.Select(call => call.ThingName).ShouldContain("rpi-1");
    }

    [Fact]
    public async Task A_flood_from_one_thing_is_one_call_a_second()
    {
        for (var i = 0; i < 5000; i++) Add("a", i);
        await _relay.DeliverSome(Cancelled);
        _sink.Refused.ShouldHaveSingleItem().Failures.Count.ShouldBe(ConnectFailureRelay.MostOfThing);
        _results["dropped"].ShouldBe(5000 - ConnectFailureRelay.MostOfThing);
    }

    [Fact]
    public async Task What_cannot_be_delivered_is_dropped_and_the_others_are_not()
    {
        _sink.IsDown = true;
        Add("a", 1);
        Add("a", 2);
        await _relay.DeliverSome(Cancelled);
        _sink.IsDown = false;
        Add("b", 3);
        await _relay.DeliverSome(Cancelled);
        _sink.Refused.ShouldHaveSingleItem().ThingName.ShouldBe("b");
        _results.ShouldBe(new Dictionary<string, long> { ["dropped"] = 2, ["counted"] = 1 }, ignoreOrder: true);
    }

    [Fact]
    public async Task They_are_delivered_each_second_and_a_call_that_hangs_does_not_hold_up_the_stop()
    {
        var called = new TaskCompletionSource();
        _sink.Waits = _ =>
        {
            called.TrySetResult();
            return new TaskCompletionSource().Task;
        };
        await _relay.StartAsync(Cancelled);
        Add("a", 1);

        // The service begins on another thread, so the first second may be over before it has begun.
        while (!called.Task.IsCompleted)
        {
            _time.Advance(ConnectFailureRelay.Every);
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancelled);
        }

        await _relay.StopAsync(Cancelled).WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, Cancelled);
    }

    private void Add(string thingName, int second) =>
        _relay.Add(thingName, new ConnectFailure(Start.AddSeconds(second), Start.AddSeconds(second), "AUTHORIZATION_FAILED"));
}
