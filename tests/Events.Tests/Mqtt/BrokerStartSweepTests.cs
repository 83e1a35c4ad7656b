using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Events.Mqtt;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
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
            fleet, fleet, clock, live, Options.Create(new MqttBrokerOptions { SettleTime = TimeSpan.FromSeconds(7) }), time,
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
    private sealed class Fleet : IBrokerThings, IBrokerStartSink
    {
        private int atOnce;

        internal ConcurrentDictionary<string, long> StoredStarts { get; } = new();

        internal ConcurrentQueue<(string ThingName, BrokerStart Start)> Told { get; } = new();

        internal Func<string, bool> Fails { get; set; } = _ => false;

        internal int BreaksOffAfter { get; set; } = int.MaxValue;

        internal int MostAtOnce { get; private set; }

        public async IAsyncEnumerable<string> HeardByEarlierStarts(
            long startNumber, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            var count = 0;
            foreach (var (thing, _) in StoredStarts.Where(thing => thing.Value < startNumber))
            {
                await Task.Yield();
                if (count++ == BreaksOffAfter) throw new IOException("The storage is down.");
                yield return thing;
            }
        }

        public async Task BrokerStarted(string thingName, BrokerStart start)
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
