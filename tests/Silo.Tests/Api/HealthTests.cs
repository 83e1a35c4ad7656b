using IoTOrleans.Grains.Ports;
using IoTOrleans.Silo.Api;
using NSubstitute;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Api;

public sealed class HealthTests
{
    [Fact]
    public void Who_refuses_and_who_takes_nothing_are_named()
    {
        var watch = Substitute.For<IDestinationHealth>();
        var since = new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);
        watch.Refusing.Returns(new Dictionary<string, DateTimeOffset> { ["ops"] = since });
        watch.Failing.Returns(new Dictionary<string, DateTimeOffset> { ["hook"] = since, ["ops"] = since });

        HealthApi.TroubleOf(watch)
            .ShouldBe("hook has accepted nothing since 2026-11-23T08:00:00Z; ops has refused notifications since 2026-11-23T08:00:00Z; the log says why.");
    }

    [Fact]
    public void A_verifier_that_has_never_answered_is_named()
    {
        var verifiers = Substitute.For<IVerifierHealth>();
        verifiers.Silent.Returns(new Dictionary<string, UnansweredQuestions>());
        HealthApi.TroubleOf(verifiers).ShouldBeNull();

        var since = new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);
        verifiers.Silent.Returns(new Dictionary<string, UnansweredQuestions> { ["Device Shadow"] = new(31, since) });
        HealthApi.TroubleOf(verifiers)
            .ShouldBe("Device Shadow has answered none of 31 questions since 2026-11-23T08:00:00Z; the log says why.");
    }

    [Fact]
    public void Without_trouble_nothing_is_said()
    {
        var watch = Substitute.For<IDestinationHealth>();
        watch.Refusing.Returns(new Dictionary<string, DateTimeOffset>());
        watch.Failing.Returns(new Dictionary<string, DateTimeOffset>());
        HealthApi.TroubleOf(watch).ShouldBeNull();
    }
}
