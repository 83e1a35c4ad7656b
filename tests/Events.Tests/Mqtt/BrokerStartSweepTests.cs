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
    private readonly WatchedTime time = new();
    private readonly TestMeters meters = new();
    private readonly BrokerClock clock = new();
    private readonly Fleet fleet = new();
    private readonly LiveConnections live;
    private readonly BrokerStartSweep sweep;
    private readonly BrokerStart start;

    public BrokerStartSweepTests()
    {
        start = new BrokerStart(4, time.GetUtcNow());
        var outbox = new BrokerOutbox(new RecordingSink(), new EventMetrics(meters), time, NullLogger<BrokerOutbox>.Instance);
        live = new LiveConnections(outbox, clock, time);
        sweep = new BrokerStartSweep(
            fleet, fleet.Grains, clock, live, Options.Create(new MqttBrokerOptions { SettleTime = TimeSpan.FromSeconds(7) }), time,
            NullLogger<BrokerStartSweep>.Instance);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await sweep.StopAsync(CancellationToken.None);
        sweep.Dispose();
        meters.Dispose();
    }

    [Fact]
    public async Task A_while_after_the_start_things_that_did_not_come_back_are_told()
    {
        fleet.StoredStarts["away"] = 3;
        fleet.StoredStarts["back"] = 4;
        await Begin();
        fleet.Told.ShouldBeEmpty();

        time.Advance(TimeSpan.FromSeconds(7));
        await Done();

        fleet.Told.ShouldBe([("away", start)]);
    }

    [Fact]
    public async Task A_thing_that_is_back_and_whose_grain_does_not_know_yet_is_left_alone()
    {
        fleet.StoredStarts["back"] = 3;
        await Begin();
        live.TryBegin("back", () => { }, out _).ShouldBeTrue();

        time.Advance(TimeSpan.FromSeconds(7));
        await Done();

        fleet.Told.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_fails_is_told_later_and_what_went_well_is_not_told_again()
    {
        foreach (var thing in new[] { "a", "b", "c" }) fleet.StoredStarts[thing] = 1;
        fleet.Fails = thing => thing == "b";
        await Begin();

        foreach (var seconds in new[] { 7, 1, 2, 4, 8, 16, 32, 60, 60 })
        {
            time.Advance(TimeSpan.FromSeconds(seconds));
            (await time.NextWait(Cancelled)).ShouldBeLessThanOrEqualTo(TimeSpan.FromMinutes(1));
        }

        fleet.Told.OrderBy(told => told.ThingName).ShouldBe([("a", start), ("c", start)]);
        fleet.Fails = _ => false;
        time.Advance(TimeSpan.FromMinutes(1));
        await Done();

        fleet.Told.Select(told => told.ThingName).Order().ShouldBe(["a", "b", "c"]);
    }

    [Fact]
    public async Task A_list_that_breaks_off_is_walked_again()
    {
        for (var number = 0; number < 100; number++) fleet.StoredStarts[$"thing-{number}"] = 1;
        fleet.BreaksOffAfter = 10;
        await Begin();
        time.Advance(TimeSpan.FromSeconds(7));
        (await time.NextWait(Cancelled)).ShouldBe(TimeSpan.FromSeconds(1));
        fleet.Told.Count.ShouldBe(10);

        fleet.BreaksOffAfter = int.MaxValue;
        time.Advance(TimeSpan.FromSeconds(1));
        await Done();

        fleet.Told.Select(told => told.ThingName).Distinct().Count().ShouldBe(100);
        fleet.Told.Count.ShouldBe(100);
        fleet.MostAtOnce.ShouldBeLessThanOrEqualTo(BrokerStartSweep.AtOnce);
    }

    [Fact]
    public async Task Without_a_broker_there_is_nothing_to_do()
    {
        fleet.StoredStarts["away"] = 3;

        await sweep.StartAsync(Cancelled);
        await Done();

        fleet.Told.ShouldBeEmpty();
    }

    private async Task Begin()
    {
        clock.Started(start);
        await sweep.StartAsync(Cancelled);
        (await time.NextWait(Cancelled)).ShouldBe(TimeSpan.FromSeconds(7));
    }

    private Task Done() => sweep.ExecuteTask!.WaitAsync(RecordingSink.Patience, Cancelled);

    /// <summary>Stands for the stored things and for their grains.</summary>
    private sealed class Fleet : IThingCatalogue
    {
        private int atOnce;

        public Fleet() => Grains.GetGrain<IDeviceAnswers>("").ReturnsForAnyArgs(call =>
        {
            var thing = Substitute.For<IDeviceAnswers>();
            var thingName = call.ArgAt<string>(0);
            thing.BrokerStarted(null!).ReturnsForAnyArgs(start => BrokerStarted(thingName, start.Arg<BrokerStart>()));
            return thing;
        });

        internal IGrainFactory Grains { get; } = Substitute.For<IGrainFactory>();

        internal ConcurrentDictionary<string, long> StoredStarts { get; } = new();

        internal ConcurrentQueue<(string ThingName, BrokerStart Start)> Told { get; } = new();

        internal Func<string, bool> Fails { get; set; } = _ => false;

        internal int BreaksOffAfter { get; set; } = int.MaxValue;

        internal int MostAtOnce { get; private set; }

        /// <summary>One thing a page.</summary>
        public async Task<CataloguePage> List(string? cursor, int limit, CancellationToken cancellationToken)
        {
            await Task.Yield();
            var index = int.Parse(cursor ?? "0", CultureInfo.InvariantCulture);
            if (index == BreaksOffAfter) throw new IOException("The storage is down.");
            var things = StoredStarts.OrderBy(thing => thing.Key).Skip(index).Take(1).Select(thing => new StoredThing(thing.Key, new()
            {
                Connected = true,
                Source = EventSource.Broker,
                Marks = new Dictionary<string, OrderMark> { [OrderMark.BrokerKey] = new() { BrokerStart = thing.Value } },
            })).ToList();
            return new CataloguePage(things, index + 1 < StoredStarts.Count ? (index + 1).ToString(CultureInfo.InvariantCulture) : null);
        }

        private async Task BrokerStarted(string thingName, BrokerStart start)
        {
            lock (StoredStarts) MostAtOnce = Math.Max(MostAtOnce, ++atOnce);
            await Task.Yield();
            lock (StoredStarts) atOnce--;
            if (Fails(thingName)) throw new IOException("The storage is down.");
            Told.Enqueue((thingName, start));
            StoredStarts[thingName] = start.Number;
        }
    }
}
