using System.Diagnostics.Metrics;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Events.Watermarks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Watermarks;

public sealed class ClusterWatermarkTests
{
    private static readonly DateTimeOffset start = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan hiddenFor = TimeSpan.FromSeconds(40);

    private readonly ClusterWatermark _cluster = new(hiddenFor, start.AddMinutes(-10));

    [Fact]
    public void The_silo_that_is_furthest_behind_counts()
    {
        _cluster.Report("a", new Watermark(start), start);
        _cluster.Report("b", new Watermark(start.AddSeconds(-30)), start);
        _cluster.At(start).SeenUntil.ShouldBe(start.AddSeconds(-30));
    }

    [Fact]
    public void One_that_has_received_nothing_yet_holds_up_nobody()
    {
        _cluster.Report("a", new Watermark(start), start);
        _cluster.Report("b", Watermark.Unknown, start);
        _cluster.At(start).SeenUntil.ShouldBe(start);
    }

    [Fact]
    public void Nobody_knows_anything_before_the_first_report() => _cluster.At(start).SeenUntil.ShouldBeNull();

    [Fact]
    public void A_silo_that_fell_silent_counts_until_what_it_had_in_hand_has_come_again()
    {
        _cluster.Report("a", new Watermark(start), start);
        _cluster.Report("b", new Watermark(start), start);
        foreach (var second in new[] { 10, 40 })
        {
            _cluster.Report("b", new Watermark(start.AddSeconds(second)), start.AddSeconds(second));
            _cluster.At(start.AddSeconds(second)).SeenUntil.ShouldBe(start);
        }

        _cluster.At(start.AddSeconds(41)).SeenUntil.ShouldBe(start.AddSeconds(40));
    }

    [Fact]
    public void Of_a_time_before_it_was_there_it_knows_that_it_knows_nothing()
    {
        var fresh = new ClusterWatermark(hiddenFor, start);
        fresh.Report("a", new Watermark(start.AddSeconds(5)), start.AddSeconds(6));
        fresh.At(start.AddSeconds(6)).Hides(after: start.AddSeconds(-1), start.AddSeconds(6)).ShouldBeTrue();
        fresh.At(start.AddSeconds(6)).Hides(after: start.AddSeconds(1), start.AddSeconds(6)).ShouldBeFalse();
        fresh.At(start.AddSeconds(41)).Hides(after: start.AddSeconds(-1), start.AddSeconds(41)).ShouldBeFalse();
    }

    /// <summary>The silo that kept it leaves: whoever keeps it next goes on with what the others were told last.</summary>
    [Fact]
    public void Whoever_keeps_it_next_takes_over_from_what_was_said_last()
    {
        _cluster.Report("leaves", new Watermark(start), start);
        _cluster.Report("stays", new Watermark(start), start);
        _cluster.Report("leaves", Watermark.Unknown, start.AddSeconds(1));
        var answer = _cluster.At(start.AddSeconds(2));

        var next = new ClusterWatermark(hiddenFor, start.AddSeconds(4));
        next.Report("stays", new Watermark(start.AddSeconds(4)) { Reports = answer.Reports }, start.AddSeconds(5));
        next.At(start.AddSeconds(5)).SeenUntil.ShouldBe(start.AddSeconds(4));
        next.At(start.AddSeconds(5)).Hides(after: start.AddSeconds(-60), start.AddSeconds(5)).ShouldBeFalse("it left cleanly");
    }

    [Fact]
    public void What_died_before_still_counts_with_whoever_keeps_it_next()
    {
        _cluster.Report("dies", new Watermark(start), start);
        _cluster.Report("stays", new Watermark(start), start);
        var answer = _cluster.At(start);

        var next = new ClusterWatermark(hiddenFor, start.AddSeconds(20));
        foreach (var second in new[] { 21, 40 })
        {
            next.Report("stays", new Watermark(start.AddSeconds(second)) { Reports = answer.Reports }, start.AddSeconds(second));
            next.At(start.AddSeconds(second)).SeenUntil.ShouldBe(start, "what it had in hand is hidden until then");
        }

        next.Report("stays", new Watermark(start.AddSeconds(41)) { Reports = answer.Reports }, start.AddSeconds(41));
        next.At(start.AddSeconds(41)).SeenUntil.ShouldBe(start.AddSeconds(41));
    }

    [Fact]
    public void Words_that_are_older_than_what_can_be_hidden_say_nothing_of_who_came_later()
    {
        _cluster.Report("stays", new Watermark(start), start);
        var answer = _cluster.At(start);
        var next = new ClusterWatermark(hiddenFor, start.AddSeconds(60));
        next.Report("stays", new Watermark(start.AddSeconds(60)) { Reports = answer.Reports }, start.AddSeconds(61));
        next.At(start.AddSeconds(61)).Hides(after: start, start.AddSeconds(61)).ShouldBeTrue();
    }

    [Fact]
    public void The_newest_word_of_each_silo_counts_whoever_hands_it_over_and_whatever_their_clocks_say()
    {
        _cluster.Report("leaves", new Watermark(start), start);
        _cluster.Report("early", new Watermark(start), start);
        var early = _cluster.At(start);
        _cluster.Report("leaves", Watermark.Unknown, start.AddSeconds(10));
        var late = _cluster.At(start.AddSeconds(10));

        var next = new ClusterWatermark(hiddenFor, start.AddSeconds(5));
        next.Report("early", new Watermark(start.AddSeconds(6)) { Reports = early.Reports }, start.AddSeconds(6));
        next.At(start.AddSeconds(6)).SeenUntil.ShouldBe(start);
        next.Report("late", new Watermark(start.AddSeconds(6)) { Reports = late.Reports }, start.AddSeconds(6));
        next.At(start.AddSeconds(6)).SeenUntil.ShouldBe(start.AddSeconds(6));
    }

    [Fact]
    public void What_one_silo_may_have_lost_concerns_all()
    {
        _cluster.Report("a", new Watermark(start), start);
        _cluster.Report("b", new Watermark(start, start.AddSeconds(2), start.AddSeconds(42)), start);
        _cluster.At(start).Hides(after: start, start).ShouldBeTrue();
    }

    [Fact]
    public void An_old_copy_is_none()
    {
        var time = new FakeTimeProvider(start);
        var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var copy = new WatermarkCopy(time, new(services.GetRequiredService<IMeterFactory>()));
        copy.Current.ShouldBe(Watermark.Unknown);
        copy.Set(new Watermark(start), time.GetTimestamp());
        time.Advance(WatermarkCopy.Lasts);
        copy.Current.SeenUntil.ShouldBe(start);
        time.Advance(TimeSpan.FromMilliseconds(1));
        copy.Current.ShouldBe(Watermark.Unknown);
    }
}
