using IoTOrleans.Events.Machine;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Machine;

public sealed class MemoryGaugeTests
{
    private readonly FakeMemory _memory = new();

    [Theory]
    [InlineData(0.0, "None", null)]
    [InlineData(0.49, "None", null)]
    [InlineData(0.50, "Light", 20)]
    [InlineData(0.65, "Heavy", 10)]
    [InlineData(0.75, "Severe", 1)]
    [InlineData(0.80, "Full", 0)]
    [InlineData(1.2, "Full", 0)]
    public void The_fuller_memory_is_the_sooner_what_is_idle_leaves_it(double share, string pressure, int? idleSeconds)
    {
        var found = MemoryGauge.PressureAt(share);
        found.ToString().ShouldBe(pressure);
        MemoryGauge.IdleAt(found)?.TotalSeconds.ShouldBe(idleSeconds!.Value);
        (MemoryGauge.IdleAt(found) is null).ShouldBe(idleSeconds is null);
    }

    [Fact]
    public void There_is_room_for_a_body_or_for_many_small_ones_but_not_for_many_large_ones_at_once()
    {
        var first = RoomFor(1_000_000);
        first.ShouldNotBeNull();
        var others = Enumerable.Range(0, 20).Select(_ => RoomFor(1_000_000)).Where(place => place is not null).ToList();
        others.Count.ShouldBe(6);
        RoomFor(200).ShouldNotBeNull();

        first.Dispose();
        first.Dispose();
        RoomFor(1_000_000).ShouldNotBeNull();
        RoomFor(1_000_000).ShouldBeNull();
    }

    [Fact]
    public void One_body_is_let_in_however_little_memory_there_is_unless_that_is_full()
    {
        _memory.Limit = 10_000_000;
        using (var place = RoomFor(1_000_000)) place.ShouldNotBeNull();
        _memory.Share = 0.8;
        RoomFor(1).ShouldBeNull();
    }

    private MemoryGauge.BodyRoom? RoomFor(long length)
    {
        var room = _memory.Gauge.RoomForBody();
        if (room is null || room.TryGrow(length)) return room;
        room.Dispose();
        return null;
    }

    [Fact]
    public async Task Whoever_waits_for_room_goes_on_when_there_is_some()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await _memory.Gauge.UntilRoom(cancellationToken);
        _memory.Share = 0.9;
        var waiting = _memory.Gauge.UntilRoom(cancellationToken);
        _memory.Time.Advance(TimeSpan.FromMinutes(1));
        waiting.IsCompleted.ShouldBeFalse();
        _memory.Share = 0.7;
        _memory.Time.Advance(TimeSpan.FromSeconds(1));
        await waiting.WaitAsync(TimeSpan.FromSeconds(30), cancellationToken);
    }

    [Fact]
    public void This_process_knows_what_it_uses_and_what_it_may_use()
    {
        GC.Collect();
        var reading = MemoryReading.OfThisProcess();
        reading.Share.ShouldBeInRange(double.Epsilon, 1);
    }
}
