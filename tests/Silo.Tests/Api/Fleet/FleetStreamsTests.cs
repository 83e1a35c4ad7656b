using IoTOrleans.Contracts;
using IoTOrleans.Silo.Api.Fleet;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Api.Fleet;

/// <summary>Streams of one silo, on a clock that the test moves.</summary>
public sealed class FleetStreamsTests : IAsyncLifetime
{
    private readonly StreamsAtTest _silo = new();

    public async ValueTask InitializeAsync() => await _silo.Start();

    public ValueTask DisposeAsync() => _silo.DisposeAsync();

    [Fact]
    public async Task Frames_are_a_second_apart_however_much_happens()
    {
        var reader = _silo.Open();
        await _silo.Until(() => reader.Has("synced"));
        for (var i = 0; i < 40; i++)
        {
            _silo.Source.Set($"thing {i % 7}", (i % 2) == 0 ? PresenceStatus.Offline : PresenceStatus.Connected);
            await _silo.Pass(TimeSpan.FromMilliseconds(250));
        }

        await _silo.Until(() => reader.Rows == _silo.Source.NotWell.Count());
        var times = reader.FrameTimes.Distinct().ToList();
        times.Count.ShouldBeGreaterThan(5);

        // The clock may be moved between the look at it and the writing.
        times.Zip(times.Skip(1), (one, next) => next - one).ShouldEachBe(gap => gap >= FleetStreams.FrameEvery - StreamsAtTest.Step);
    }

    [Fact]
    public async Task The_fleet_is_read_once_for_all_streams_and_not_at_all_while_nobody_looks()
    {
        await _silo.Pass(TimeSpan.FromMinutes(5));
        _silo.Reads.ShouldBe(0);

        var readers = Enumerable.Range(0, 50).Select(_ => _silo.Open()).ToList();
        await _silo.Until(() => readers.TrueForAll(reader => reader.Has("tick")));
        _silo.Reads.ShouldBeLessThan(2 * (int)(FleetFeed.TickEvery / FleetFeed.Every));

        foreach (var reader in readers) await reader.Leave();
        var reads = _silo.Reads;
        await _silo.Pass(TimeSpan.FromMinutes(5));
        _silo.Reads.ShouldBeLessThanOrEqualTo(reads + 1);
    }

    [Fact]
    public async Task One_that_never_reads_is_dropped_and_nobody_else_waits()
    {
        var (lazy, other) = (_silo.Open(reads: false), _silo.Open());
        await _silo.Until(() => other.Has("synced"));
        var stuckAt = _silo.Time.GetUtcNow();
        for (var i = 0; !lazy.Dropped; i++)
        {
            i.ShouldBeLessThan(10_000, "the lazy one is never dropped");
            _silo.Source.Set($"thing {i % 100}", PresenceStatus.Offline);
            await _silo.Pass(TimeSpan.FromMilliseconds(500));
        }

        (_silo.Time.GetUtcNow() - stuckAt).ShouldBeGreaterThan(EventWriter.Patience);
        lazy.Unread.ShouldBeLessThan(3 * EventWriter.MostUnsent);
        await _silo.Until(() => other.Rows == _silo.Source.NotWell.Count());
        other.Dropped.ShouldBeFalse();
        other.Ended.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Without_the_fleet_there_are_no_ticks_and_with_it_they_come_again()
    {
        var reader = _silo.Open();
        await _silo.Until(() => reader.Has("tick"));
        _silo.Fails = true;
        var before = reader.Count("tick");
        await _silo.Pass(4 * FleetFeed.TickEvery);
        reader.Count("tick").ShouldBeLessThanOrEqualTo(before + 1);

        _silo.Fails = false;
        before = reader.Count("tick");
        await _silo.Until(() => reader.Count("tick") > before + 1);
    }

    [Fact]
    public async Task A_stream_ends_at_once_when_the_silo_stops()
    {
        var reader = _silo.Open();
        await _silo.Until(() => reader.Has("synced"));
        _silo.Stop();
        await reader.Ended.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        reader.Dropped.ShouldBeFalse();
    }

    [Fact]
    public async Task A_key_that_is_taken_away_reads_no_longer_than_to_the_next_tick()
    {
        _silo.Key("0123456789abcdef");
        var reader = _silo.Open(key: "0123456789abcdef");
        await _silo.Until(() => reader.Has("tick"));
        _silo.Key("another-key-0123456789");
        await _silo.Until(() => reader.Ended.IsCompleted);
    }

    [Fact]
    public async Task What_a_reader_watches_is_told_also_while_it_is_well()
    {
        _silo.Source.Set("thing 1", PresenceStatus.Connected);
        var reader = _silo.Open("thing 1", "thing 2");
        await _silo.Until(() => reader.StatusOf("thing 1") == "connected");
        _silo.Source.Set("thing 2", PresenceStatus.Unknown);
        await _silo.Until(() => reader.StatusOf("thing 2") == "unknown");
        _silo.Source.Set("thing 3", PresenceStatus.Connected);
        _silo.Source.Forget("thing 2");
        await _silo.Until(() => reader.StatusOf("thing 2") is null);
        reader.StatusOf("thing 3").ShouldBeNull();
    }

    [Fact]
    public async Task Open_incidents_are_there_also_while_no_stream_is_open()
    {
        (await _silo.Read()).Incidents.ShouldNotBeNull().Value.ShouldBeEmpty();
        _silo.Incidents = [FleetBodyTests.Incident];
        _silo.Time.Advance(TimeSpan.FromMinutes(1));
        var copy = await _silo.Read();
        IncidentBody.Of(copy.Incidents.ShouldNotBeNull().Value, copy.Counts).Single().IncidentId.ShouldBe("storm");
    }
}
