using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Watching;

namespace IoTOrleans.Grains.Tests.Watching;

/// <summary>The counter grows by exactly the time of which it was not known what happened.</summary>
public sealed class BlindTimeTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);
    private static readonly Dictionary<string, DestinationTerms> Somebody = new() { ["mail"] = DestinationTerms.Default };

    private WatcherState _state = new();
    private DateTimeOffset _looked = Noon;
    private TimeSpan _blind;

    [Fact]
    public void Less_than_five_minutes_count_as_nothing_and_more_count_from_the_beginning()
    {
        Look(minutes: 4, knownUntil: 0);
        _blind.ShouldBe(TimeSpan.Zero);
        Look(minutes: 6, knownUntil: 0);
        _blind.ShouldBe(TimeSpan.FromMinutes(6));
        Look(minutes: 7, knownUntil: 0);
        _blind.ShouldBe(TimeSpan.FromMinutes(7));
        Look(minutes: 10, knownUntil: 10);
        _blind.ShouldBe(TimeSpan.FromMinutes(10));
        Look(minutes: 60, knownUntil: 60);
        _blind.ShouldBe(TimeSpan.FromMinutes(10));
    }

    /// <summary>Its end was not accepted yet, so it is the same blindness.</summary>
    [Fact]
    public void One_that_goes_on_counts_no_minute_twice()
    {
        Look(minutes: 6, knownUntil: 0);
        _state = WatcherRules.Answered(
            _state, _state.Blindness!.Id, NotificationEvent.WatcherBlind, "mail", DestinationTerms.Default, DeliveryAnswer.Accepted(),
            At(6));
        Look(minutes: 10, knownUntil: 10);
        Look(minutes: 16, knownUntil: 10);
        _state.Blindness!.EndedAt.ShouldBeNull();
        _blind.ShouldBe(TimeSpan.FromMinutes(16));
    }

    private static DateTimeOffset At(int minutes) => Noon + TimeSpan.FromMinutes(minutes);

    private void Look(int minutes, int knownUntil)
    {
        var now = At(minutes);
        var next = WatcherRules.Look(_state, At(knownUntil), Somebody, "c", now);
        _blind += WatcherRules.BlindTime(_state, next, _looked, now);
        (_state, _looked) = (WatcherRules.Settle(next), now);
    }
}
