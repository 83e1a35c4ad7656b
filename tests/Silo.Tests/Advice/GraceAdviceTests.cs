using CsCheck;
using IoTOrleans.Grains.Presence;
using IoTOrleans.Silo.Advice;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Advice;

public sealed class GraceAdviceTests
{
    private static readonly TimeSpan FiveMinutes = TimeSpan.FromMinutes(5);

    /// <summary>Seconds with fractions, from nothing to weeks, powers of two and their neighbours among them.</summary>
    private static readonly Gen<TimeSpan> Lengths = Gen.OneOf(
        Gen.Double[0, 22].Select(log => TimeSpan.FromSeconds(Math.Pow(2, log))),
        Gen.Select(Gen.Int[0, 21], Gen.Int[-1, 1]).Select((log, beside) => TimeSpan.FromSeconds(Math.Max(0, Math.Pow(2, log) + beside))));

    /// <summary>The oracle knows how long each outage really was.</summary>
    [Fact]
    public void The_truth_lies_within_the_bounds() =>
        Gen.Select(Lengths.List[0, 300], Lengths.Where(grace => grace >= TimeSpan.FromSeconds(1)), Lengths)
            .Sample((outages, grace, current) =>
        {
            var advice = GraceAdvice.Of(Histogram(outages), current, grace);
            advice.Outages.ShouldBe(outages.Count);
            advice.Asked!.DelaySeconds.ShouldBe((long)(grace - current).TotalSeconds);
            foreach (var outcome in new[] { advice.Current, advice.Asked })
            {
                var told = outages.Count(outage => outage >= outcome.Grace);
                told.ShouldBeInRange(outcome.Told.AtLeast, outcome.Told.AtMost);
                (outages.Count - told).ShouldBeInRange(outcome.KeptQuiet.AtLeast, outcome.KeptQuiet.AtMost);
            }

            if (outages.Count == 0) advice.Longest.ShouldBeNull();
            else outages.Max().ShouldBeInRange(advice.Longest!.AtLeast, advice.Longest.AtMost);
        });

    [Fact]
    public void The_suggested_grace_keeps_99_percent_quiet_and_half_of_it_does_not() =>
        Lengths.List[1, 300].Sample(outages =>
        {
            var suggested = GraceAdvice.Of(Histogram(outages), FiveMinutes, null).Suggested!;
            var quiet = outages.Count(outage => outage < suggested.Grace);
            (suggested.KeptQuiet, suggested.Told).ShouldBe((quiet, outages.Count - quiet));
            (quiet * 100).ShouldBeGreaterThanOrEqualTo(outages.Count * 99);
            (outages.Count(outage => outage < suggested.Above) * 100).ShouldBeLessThan(outages.Count * 99);
        });

    [Fact]
    public void At_a_bound_of_the_histogram_the_numbers_are_exact() =>
        Gen.Select(Lengths.List[0, 100], Gen.Int[1, 20]).Sample((outages, log) =>
        {
            var asked = GraceAdvice.Of(Histogram(outages), FiveMinutes, TimeSpan.FromSeconds(Math.Pow(2, log))).Asked!;
            asked.Told.AtLeast.ShouldBe(asked.Told.AtMost);
        });

    [Fact]
    public void A_longer_grace_tells_less_and_later()
    {
        // 40 drops below two minutes, one of about ten.
        var advice = GraceAdvice.Of([0, 0, 0, 0, 0, 20, 20, 0, 0, 1], TimeSpan.FromMinutes(1), FiveMinutes);
        advice.Longest.ShouldBe(new(TimeSpan.FromSeconds(512), TimeSpan.FromSeconds(1024)));
        advice.Current.ShouldBe(new(TimeSpan.FromMinutes(1), new(21, 41), new(0, 20), 0));
        advice.Asked.ShouldBe(new(FiveMinutes, new(1, 1), new(40, 40), 240));

        // One in 41 is more than 1 %.
        advice.Suggested.ShouldBe(new(TimeSpan.FromSeconds(512), TimeSpan.FromSeconds(1024), 0, 41, 964));
    }

    [Fact]
    public void Ninety_nine_of_a_hundred_are_99_percent() =>
        GraceAdvice.Of([0, 0, 99, 0, 0, 0, 1], FiveMinutes, null).Suggested
            .ShouldBe(new(TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(8), 1, 99, -292));

    [Fact]
    public void A_grace_that_cannot_be_set_is_not_suggested()
    {
        var durations = new int[25];
        durations[24] = 1;
        GraceAdvice.Of(durations, FiveMinutes, null).Suggested.ShouldBeNull();
    }

    private static IReadOnlyList<int> Histogram(IEnumerable<TimeSpan> outages) =>
        outages.Aggregate<TimeSpan, IReadOnlyList<int>>([], History.Count);
}
