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
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan HiddenFor = TimeSpan.FromSeconds(40);

    private readonly ClusterWatermark _cluster = new(HiddenFor, Start.AddMinutes(-10));

    [Fact]
    public void The_silo_that_is_furthest_behind_counts()
    {
        _cluster.Report("a", new Watermark(Start), Start);
        _cluster.Report("b", new Watermark(Start.AddSeconds(-30)), Start);
        _cluster.At(Start).SeenUntil.ShouldBe(Start.AddSeconds(-30));
    }

    [Fact]
    public void One_that_has_received_nothing_yet_holds_up_nobody()
    {
        _cluster.Report("a", new Watermark(Start), Start);
        _cluster.Report("b", Watermark.Unknown, Start);
        _cluster.At(Start).SeenUntil.ShouldBe(Start);
    }

    [Fact]
    public void Nobody_knows_anything_before_the_first_report() => _cluster.At(Start).SeenUntil.ShouldBeNull();

    [Fact]
    public void A_silo_that_fell_silent_counts_until_what_it_had_in_hand_has_come_again()
    {
        _cluster.Report("a", new Watermark(Start), Start);
        _cluster.Report("b", new Watermark(Start), Start);
        foreach (var second in new[] { 10, 40 })
        {
            _cluster.Report("b", new Watermark(Start.AddSeconds(second)), Start.AddSeconds(second));
            _cluster.At(Start.AddSeconds(second)).SeenUntil.ShouldBe(Start);
        }

        _cluster.At(Start.AddSeconds(41)).SeenUntil.ShouldBe(Start.AddSeconds(40));
    }

    [Fact]
    public void Of_a_time_before_it_was_there_it_knows_that_it_knows_nothing()
    {
        var fresh = new ClusterWatermark(HiddenFor, Start);
        fresh.Report("a", new Watermark(Start.AddSeconds(5)), Start.AddSeconds(6));
        fresh.At(Start.AddSeconds(6)).Hides(after: Start.AddSeconds(-1), Start.AddSeconds(6)).ShouldBeTrue();
        fresh.At(Start.AddSeconds(6)).Hides(after: Start.AddSeconds(1), Start.AddSeconds(6)).ShouldBeFalse();
        fresh.At(Start.AddSeconds(41)).Hides(after: Start.AddSeconds(-1), Start.AddSeconds(41)).ShouldBeFalse();
    }

    /// <summary>The silo that kept it leaves: whoever keeps it next goes on with what the others were told last.</summary>
    [Fact]
    public void Whoever_keeps_it_next_takes_over_from_what_was_said_last()
    {
        _cluster.Report("leaves", new Watermark(Start), Start);
        _cluster.Report("stays", new Watermark(Start), Start);
        _cluster.Report("leaves", Watermark.Unknown, Start.AddSeconds(1));
        var answer = _cluster.At(Start.AddSeconds(2));

        var next = new ClusterWatermark(HiddenFor, Start.AddSeconds(4));
        next.Report("stays", new Watermark(Start.AddSeconds(4)) { Reports = answer.Reports }, Start.AddSeconds(5));
        next.At(Start.AddSeconds(5)).SeenUntil.ShouldBe(Start.AddSeconds(4));
        next.At(Start.AddSeconds(5)).Hides(after: Start.AddSeconds(-60), Start.AddSeconds(5)).ShouldBeFalse("it left cleanly");
    }

    [Fact]
    public void What_died_before_still_counts_with_whoever_keeps_it_next()
    {
        _cluster.Report("dies", new Watermark(Start), Start);
        _cluster.Report("stays", new Watermark(Start), Start);
        var answer = _cluster.At(Start);

        var next = new ClusterWatermark(HiddenFor, Start.AddSeconds(20));
        foreach (var second in new[] { 21, 40 })
        {
            next.Report("stays", new Watermark(Start.AddSeconds(second)) { Reports = answer.Reports }, Start.AddSeconds(second));
            next.At(Start.AddSeconds(second)).SeenUntil.ShouldBe(Start, "what it had in hand is hidden until then");
        }

        next.Report("stays", new Watermark(Start.AddSeconds(41)) { Reports = answer.Reports }, Start.AddSeconds(41));
        next.At(Start.AddSeconds(41)).SeenUntil.ShouldBe(Start.AddSeconds(41));
    }

    [Fact]
    public void Words_that_are_older_than_what_can_be_hidden_say_nothing_of_who_came_later()
    {
        _cluster.Report("stays", new Watermark(Start), Start);
        var answer = _cluster.At(Start);
        var next = new ClusterWatermark(HiddenFor, Start.AddSeconds(60));
        next.Report("stays", new Watermark(Start.AddSeconds(60)) { Reports = answer.Reports }, Start.AddSeconds(61));
        next.At(Start.AddSeconds(61)).Hides(after: Start, Start.AddSeconds(61)).ShouldBeTrue();
    }

    [Fact]
    public void The_newest_word_of_each_silo_counts_whoever_hands_it_over_and_whatever_their_clocks_say()
    {
        _cluster.Report("leaves", new Watermark(Start), Start);
        _cluster.Report("early", new Watermark(Start), Start);
        var early = _cluster.At(Start);
        _cluster.Report("leaves", Watermark.Unknown, Start.AddSeconds(10));
        var late = _cluster.At(Start.AddSeconds(10));

        var next = new ClusterWatermark(HiddenFor, Start.AddSeconds(5));
        next.Report("early", new Watermark(Start.AddSeconds(6)) { Reports = early.Reports }, Start.AddSeconds(6));
        next.At(Start.AddSeconds(6)).SeenUntil.ShouldBe(Start);
        next.Report("late", new Watermark(Start.AddSeconds(6)) { Reports = late.Reports }, Start.AddSeconds(6));
        next.At(Start.AddSeconds(6)).SeenUntil.ShouldBe(Start.AddSeconds(6));
    }

    [Fact]
    public void What_one_silo_may_have_lost_concerns_all()
    {
        _cluster.Report("a", new Watermark(Start), Start);
        _cluster.Report("b", new Watermark(Start, Start.AddSeconds(2), Start.AddSeconds(42)), Start);
        _cluster.At(Start).Hides(after: Start, Start).ShouldBeTrue();
    }

    [Fact]
    public void An_old_copy_is_none()
    {
        var time = new FakeTimeProvider(Start);
        var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var copy = new WatermarkCopy(time, new(services.GetRequiredService<IMeterFactory>()));
        copy.Current.ShouldBe(Watermark.Unknown);
        copy.Set(new Watermark(Start), time.GetTimestamp());
        time.Advance(WatermarkCopy.Lasts);
        copy.Current.SeenUntil.ShouldBe(Start);
        time.Advance(TimeSpan.FromMilliseconds(1));
        copy.Current.ShouldBe(Watermark.Unknown);
    }
}
