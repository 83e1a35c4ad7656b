using IoTOrleans.Grains.Dispatch;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Testing;
using Microsoft.Extensions.Time.Testing;

namespace IoTOrleans.Grains.Tests.Dispatch;

public sealed class VerifierHealthTests
{
    private static readonly VerifierAnswer NoShadow = new(VerifierVerdict.DoesNotKnow, Detail: "The thing has no such shadow.");

    private readonly FakeTimeProvider _time = new(new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero));
    private readonly RecordingLogger<VerifierHealth> _logger = new();
    private readonly VerifierHealth _health;

    public VerifierHealthTests() => _health = new(_time, _logger);

    [Fact]
    public void A_verifier_that_has_answered_none_of_many_questions_is_said_once()
    {
        Ask(VerifierHealth.Enough, NoShadow);
        _health.Silent.ShouldBeEmpty("it may be a moment of bad luck");

        _time.Advance(VerifierHealth.LongEnough);
        Ask(5, NoShadow);
        _health.Silent.ShouldHaveSingleItem().ShouldBe(
            new("shadow", new UnansweredQuestions(VerifierHealth.Enough + 5, _time.GetUtcNow() - VerifierHealth.LongEnough)));
        _logger.Lines.ShouldHaveSingleItem().ShouldBe(
            "Warning: shadow has answered none of 21 questions since 2026-11-23T08:00:00.0000000+00:00, so outages are notified as "
            + "unanswered. The last time it said: The thing has no such shadow. Look at Verify:With, at the region and at the permissions; "
            + "see docs/verification.md.");
    }

    [Fact]
    public void A_few_questions_say_nothing_however_long_it_takes()
    {
        for (var i = 1; i < VerifierHealth.Enough; i++)
        {
            Ask(1, NoShadow);
            _time.Advance(TimeSpan.FromHours(1));
        }

        _health.Silent.ShouldBeEmpty();
        Ask(1, new(VerifierVerdict.Failed));
        _health.Silent.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData(VerifierVerdict.Connected)]
    [InlineData(VerifierVerdict.Disconnected)]
    public void One_answer_is_enough_for_ever(VerifierVerdict verdict)
    {
        Ask(VerifierHealth.Enough, NoShadow);
        _time.Advance(VerifierHealth.LongEnough);
        Ask(1, NoShadow);
        Ask(1, new(verdict, _time.GetUtcNow()));
        _health.Silent.ShouldBeEmpty();
        _logger.Lines[^1].ShouldBe("Information: shadow answers now.");

        Ask(100, NoShadow);
        _time.Advance(TimeSpan.FromDays(1));
        Ask(100, NoShadow);
        _health.Silent.ShouldBeEmpty("things without a shadow are no reason to doubt the others");
        _logger.Lines.Count.ShouldBe(2);
    }

    [Fact]
    public void Each_verifier_is_judged_by_itself()
    {
        Ask(1, new(VerifierVerdict.Disconnected, _time.GetUtcNow()), of: "broker connection");
        Ask(VerifierHealth.Enough, NoShadow);
        _time.Advance(VerifierHealth.LongEnough);
        Ask(1, NoShadow);
        Ask(1, NoShadow, of: "broker connection");
        _health.Silent.Keys.ShouldBe(["shadow"]);
    }

    private void Ask(int times, VerifierAnswer answer, string of = "shadow")
    {
        for (var i = 0; i < times; i++) _health.Answered(of, answer);
    }
}
