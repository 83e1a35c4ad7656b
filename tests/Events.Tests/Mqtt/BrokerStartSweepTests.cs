using System.Collections.Concurrent;
using System.Globalization;
using IoTOrleans.Contracts;
using IoTOrleans.Events.Mqtt;
using IoTOrleans.Grains.Devices;
using IoTOrleans.Grains.Ports;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NSubstitute;
using Orleans;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Mqtt;

public sealed class BrokerStartSweepTests : IAsyncDisposable
{
    private readonly WatchedTime _time = new();
    private readonly TestMeters _meters = new();
    private readonly BrokerClock _clock = new();
    private readonly Fleet _fleet = new();
    private readonly LiveConnections _live;
    private readonly BrokerStartSweep _sweep;
    private readonly BrokerStart _start;

    public BrokerStartSweepTests()
    {
        _start = new BrokerStart(4, _time.GetUtcNow());
        var outbox = new BrokerOutbox(new RecordingSink(), new EventMetrics(_meters), _time, NullLogger<BrokerOutbox>.Instance);
        _live = new LiveConnections(outbox, _clock, _time);
        _sweep = new BrokerStartSweep(
            _fleet, _fleet.Grains, _clock, _live, Options.Create(new MqttBrokerOptions { SettleTime = TimeSpan.FromSeconds(7) }), _time,
            NullLogger<BrokerStartSweep>.Instance);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _sweep.StopAsync(CancellationToken.None);
        _sweep.Dispose();
        _meters.Dispose();
    }

    [Fact]
    public async Task A_while_after_the_start_things_that_did_not_come_back_are_told()
    {
        _fleet.StoredStarts["away"] = 3;
        _fleet.StoredStarts["back"] = 4;
        await Begin();
        _fleet.Told.ShouldBeEmpty();

        _time.Advance(TimeSpan.FromSeconds(7));
        await Done();

        _fleet.Told.ShouldBe([("away", _start)]);
    }

    [Fact]
    public async Task A_thing_that_is_back_and_whose_grain_does_not_know_yet_is_left_alone()
    {
        _fleet.StoredStarts["back"] = 3;
        await Begin();
        _live.TryBegin("back", from: default, () => { }, out _).ShouldBeTrue();

        _time.Advance(TimeSpan.FromSeconds(7));
        await Done();

        _fleet.Told.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_fails_is_told_later_and_what_went_well_is_not_told_again()
    {
        foreach (var thing in new[] { "a", "b", "c" }) _fleet.StoredStarts[thing] = 1;
        _fleet.Fails = thing => thing == "b";
        await Begin();

        foreach (var seconds in new[] { 7, 1, 2, 4, 8, 16, 32, 60, 60 })
        {
            _time.Advance(TimeSpan.FromSeconds(seconds));
            (await _time.NextWait(Cancelled)).ShouldBeLessThanOrEqualTo(TimeSpan.FromMinutes(1));
        }

        _fleet.Told.OrderBy(told => told.ThingName).ShouldBe([("a", _start), ("c", _start)]);
        _fleet.Fails = _ => false;
        _time.Advance(TimeSpan.FromMinutes(1));
        await Done();

        _fleet.Told.Select(told => told.ThingName).Order().ShouldBe(["a", "b", "c"]);
    }

    [Fact]
    public async Task A_thing_that_cannot_be_read_hides_no_other_and_is_told_when_it_is_mended()
    {
        foreach (var thing in new[] { "a", "b", "c" }) _fleet.StoredStarts[thing] = 1;
        _fleet.Unreadable = "b";
        await Begin();
        _time.Advance(TimeSpan.FromSeconds(7));
        (await _time.NextWait(Cancelled)).ShouldBe(TimeSpan.FromSeconds(1));
        _fleet.Told.Select(told => told.ThingName).Order().ShouldBe(["a", "c"]);

        _fleet.Unreadable = null;
        _time.Advance(TimeSpan.FromSeconds(1));
        await Done();
        _fleet.Told.Select(told => told.ThingName).Order().ShouldBe(["a", "b", "c"]);
    }

    [Fact]
    public async Task A_list_that_breaks_off_is_walked_again()
    {
        for (var number = 0; number < 100; number++) _fleet.StoredStarts[$"thing-{number}"] = 1;
        _fleet.BreaksOffAfter = 10;
        await Begin();
        _time.Advance(TimeSpan.FromSeconds(7));
        (await _time.NextWait(Cancelled)).ShouldBe(TimeSpan.FromSeconds(1));
        _fleet.Told.Count.ShouldBe(10);

        _fleet.BreaksOffAfter = int.MaxValue;
        _time.Advance(TimeSpan.FromSeconds(1));
        await Done();

        _fleet.Told.Select(told => told.ThingName).Distinct().Count().ShouldBe(100);
        _fleet.Told.Count.ShouldBe(100);
        _fleet.MostAtOnce.ShouldBeLessThanOrEqualTo(BrokerStartSweep.AtOnce);
    }

    [Fact]
    public async Task Without_a_broker_there_is_nothing_to_do()
    {
        _fleet.StoredStarts["away"] = 3;

        await _sweep.StartAsync(Cancelled);
        await Done();

        _fleet.Told.ShouldBeEmpty();
    }

    private async Task Begin()
    {
        _clock.Started(_start);
        await _sweep.StartAsync(Cancelled);
        (await _time.NextWait(Cancelled)).ShouldBe(TimeSpan.FromSeconds(7));
    }

    private Task Done() => _sweep.ExecuteTask!.WaitAsync(RecordingSink.Patience, Cancelled);

    /// <summary>Stands for the stored things and for their grains.</summary>
    private sealed class Fleet : IThingCatalogue
    {
        private int _atOnce;

        public Fleet() => Grains.GetGrain<IDeviceAnswers>("").ReturnsForAnyArgs(call =>
        {
            var thing = Substitute.For<IDeviceAnswers>();
            var thingName = call.ArgAt<string>(0);
            thing.BrokerStarted(null!).ReturnsForAnyArgs(_start => BrokerStarted(thingName, _start.Arg<BrokerStart>()));
            return thing;
        });

        internal IGrainFactory Grains { get; } = Substitute.For<IGrainFactory>();

        internal ConcurrentDictionary<string, long> StoredStarts { get; } = new();

        internal ConcurrentQueue<(string ThingName, BrokerStart Start)> Told { get; } = new();

        internal Func<string, bool> Fails { get; set; } = _ => false;

        internal string? Unreadable { get; set; }

        internal int BreaksOffAfter { get; set; } = int.MaxValue;

        internal int MostAtOnce { get; private set; }

        /// <summary>One thing a page.</summary>
        public async Task<CataloguePage> List(string? cursor, int limit, CancellationToken cancellationToken)
        {
            await Task.Yield();
            var index = int.Parse(cursor ?? "0", CultureInfo.InvariantCulture);
            if (index == BreaksOffAfter) throw new IOException("The storage is down.");
            var things = StoredStarts.OrderBy(thing => thing.Key).Skip(index).Take(1).Select(thing => thing.Key == Unreadable
                ? new StoredThing(thing.Key, new()) { Unreadable = "The input does not contain any JSON." }
                : new StoredThing(thing.Key, new()
            {
                Connected = true,
                Source = EventSource.Broker,
                Marks = new Dictionary<string, OrderMark> { [OrderMark.BrokerKey] = new() { BrokerStart = thing.Value } },
            })).ToList();
            return new CataloguePage(things, index + 1 < StoredStarts.Count ? (index + 1).ToString(CultureInfo.InvariantCulture) : null);
        }

        private async Task BrokerStarted(string thingName, BrokerStart start)
        {
            lock (StoredStarts) MostAtOnce = Math.Max(MostAtOnce, ++_atOnce);
            await Task.Yield();
            lock (StoredStarts) _atOnce--;
            if (Fails(thingName)) throw new IOException("The storage is down.");
            Told.Enqueue((thingName, start));
            StoredStarts[thingName] = start.Number;
        }
    }
}
