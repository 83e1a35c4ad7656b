using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Settings;
using IoTOrleans.Silo.Hosting.Settings;
using IoTOrleans.Silo.Tests.Aws;
using IoTOrleans.Silo.Verifiers;
using IoTOrleans.Testing.Emulators;
using IoTOrleans.Testing.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Verifiers;

public sealed class ShadowVerifierTests : IAsyncLifetime
{
    private static readonly DateTimeOffset ChangedAt = DateTimeOffset.FromUnixTimeSeconds(1763884800);

    private readonly FakeTimeProvider _time = new();
    private readonly RecordingLogger<IotDataQuestions> _logger = new();
    private IotDataStub _stub = null!;

    public async ValueTask InitializeAsync() => _stub = await IotDataStub.Start();

    public ValueTask DisposeAsync() => _stub.DisposeAsync();

    [Theory]
    [InlineData(true, VerifierVerdict.Connected)]
    [InlineData(false, VerifierVerdict.Disconnected)]
    public async Task The_classic_shadow_answers(bool connected, VerifierVerdict verdict)
    {
        _stub.Put("rpi-1", connected, ChangedAt, version: 12);

        (await Ask("rpi-1")).ShouldBe(new VerifierAnswer(verdict, ChangedAt, 12));
    }

    [Fact]
    public async Task A_named_shadow_answers_in_its_name()
    {
        _stub.Put("rpi-1", connected: true, ChangedAt, version: 99);
        _stub.Put("rpi-1", connected: false, ChangedAt, version: 3, shadowName: "presence");

        (await Ask("rpi-1", new() { ShadowName = "presence" }))
            .ShouldBe(new VerifierAnswer(VerifierVerdict.Disconnected, ChangedAt, 3, "presence"));
    }

    [Fact]
    public async Task A_thing_without_a_shadow_is_not_known() =>
        (await Ask("rpi-1")).ShouldBe(new VerifierAnswer(VerifierVerdict.DoesNotKnow, Detail: "The thing has no such shadow."));

    [Theory]
    [InlineData("温室")]
    [InlineData("a b")]
    [InlineData("..")]
    [InlineData("a/../b")]
    [InlineData("rpi-1\n")]
    [InlineData("")]
    public async Task A_name_that_no_thing_can_have_is_not_asked_for(string name)
    {
        (await Ask(name)).Verdict.ShouldBe(VerifierVerdict.DoesNotKnow);

        _stub.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_missing_permission_is_one_warning_an_hour_that_names_it()
    {
        var verifier = Verifier();
        var denied = IotDataStub.Error(403, "ForbiddenException", "Not authorized");
        for (var i = 0; i < 3; i++) _stub.AnswerNext(denied);

        (await Ask(verifier, "rpi-1")).ShouldBe(new VerifierAnswer(
            VerifierVerdict.DoesNotKnow,
            Detail: "ForbiddenException: Not authorized - allow iot:GetThingShadow on arn:aws:iot:eu-west-1:<account>:thing/*."));
        await Ask(verifier, "rpi-2");
        _logger.Lines.ShouldHaveSingleItem().ShouldBe(
            "Warning: Device Shadow cannot be read, so outages are notified without verification: allow iot:GetThingShadow on "
            + "arn:aws:iot:eu-west-1:<account>:thing/*, or set Verify:With=none. AWS said: ForbiddenException: Not authorized");

        _time.Advance(TimeSpan.FromHours(1));
        await Ask(verifier, "rpi-3");
        _logger.Lines.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(400, "InvalidRequestException", VerifierVerdict.DoesNotKnow)]
    [InlineData(401, "UnauthorizedException", VerifierVerdict.DoesNotKnow)]
    [InlineData(403, "ExpiredTokenException", VerifierVerdict.Failed)]
    public async Task An_error_that_more_asking_does_not_cure_is_not_asked_again(int status, string code, VerifierVerdict verdict)
    {
        _stub.AnswerNext(IotDataStub.Error(status, code, "because"));

        var answer = await Ask("rpi-1");

        answer.Verdict.ShouldBe(verdict);
        answer.Detail.ShouldNotBeNull().ShouldStartWith($"{code}: because");
        _stub.Requests.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData(500, "InternalFailureException")]
    [InlineData(429, "ThrottlingException")]
    public async Task Two_passing_errors_are_survived_and_three_are_a_failure(int status, string code)
    {
        _stub.Put("rpi-1", connected: true, ChangedAt, version: 1);
        var passing = IotDataStub.Error(status, code, "later");

        for (var i = 0; i < 2; i++) _stub.AnswerNext(passing);
        (await Ask("rpi-1")).Verdict.ShouldBe(VerifierVerdict.Connected);

        for (var i = 0; i < 3; i++) _stub.AnswerNext(passing);
        (await Ask("rpi-1")).ShouldBe(new VerifierAnswer(VerifierVerdict.Failed, Detail: $"{code}: later"));
    }

    [Fact]
    public async Task Silence_is_a_failure_when_the_time_is_over()
    {
        var asked = new TaskCompletionSource();
        await using var silent = await HttpStub.Start(async (_, aborted) =>
        {
            asked.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, aborted);
            return new StubAnswer(200);
        });
        var verifier = Verifier(endpoint: silent.Address);

        var answer = Ask(verifier, "rpi-1");
        await asked.Task;
        _time.Advance(TimeSpan.FromSeconds(18));

        (await answer).ShouldBe(new VerifierAnswer(VerifierVerdict.Failed, Detail: "The Device Shadow did not answer in time."));
    }

    [Fact]
    public async Task Nobody_there_is_a_failure()
    {
        var nobody = await HttpStub.Start(new StubAnswer(200));
        var address = nobody.Address;
        await nobody.DisposeAsync();
        var verifier = Verifier(endpoint: address);

        var answer = await Ask(verifier, "rpi-1");

        answer.Verdict.ShouldBe(VerifierVerdict.Failed);
        answer.Detail.ShouldNotBeNull().ShouldContain("refused", Case.Insensitive);
    }

    [Fact]
    public async Task No_more_questions_than_allowed_are_under_way_at_once()
    {
        var underWay = 0;
        var most = 0;
        var enough = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        await using var slow = await HttpStub.Start(async (_, _) =>
        {
            var now = Interlocked.Increment(ref underWay);
            InterlockedMax(ref most, now);
            if (now == 2) enough.TrySetResult();
            await go.Task;
            Interlocked.Decrement(ref underWay);
            return StubAnswer.Json(200, "{}");
        });
        var verifier = Verifier(new() { MaxConcurrency = 2 }, slow.Address);

        var answers = Enumerable.Range(0, 8).Select(i => Ask(verifier, $"rpi-{i}")).ToList();
        await enough.Task;
        go.SetResult();
        await Task.WhenAll(answers);

        most.ShouldBe(2);
        slow.Requests.Count.ShouldBe(8);
    }

    [Fact]
    public async Task Only_the_callers_own_cancellation_gets_out()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        var verifier = Verifier();

        await Should.ThrowAsync<OperationCanceledException>(() => verifier.Ask(new("rpi-1"), stop.Token));
    }

    [Theory]
    [InlineData(EventSource.Queue, true)]
    [InlineData(EventSource.Http, true)]
    [InlineData(EventSource.Broker, false)]
    public void Things_of_the_embedded_broker_are_somebody_else_s(EventSource source, bool covered)
    {
        var verifier = Verifier();

        verifier.Covers(source).ShouldBe(covered);
    }

    [Fact]
    public void Settings_that_cannot_work_are_refused_at_start()
    {
        Should.Throw<StartupException>(() => AddAwsVerifier(new() { ShadowName = "a b" })).Message
            .ShouldBe("Verify:ShadowName=a b: a shadow's name is 1 to 64 of letters, digits and $ : _ -");
        Should.Throw<StartupException>(() => AddAwsVerifier(new() { MaxPerSecond = 0 })).Message
            .ShouldBe("Verify:MaxPerSecond=0: say 1 or more, or Verify:With=none to ask nobody.");
    }

    private static void InterlockedMax(ref int most, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref most)) < value && Interlocked.CompareExchange(ref most, value, seen) != seen)
        {
        }
    }

    private static IServiceCollection AddAwsVerifier(AwsVerifierOptions options) =>
        new ServiceCollection().AddAwsVerifier(VerifyWith.Shadow, options);

    private static Task<VerifierAnswer> Ask(ShadowVerifier verifier, string thing) =>
        verifier.Ask(new(thing), TestContext.Current.CancellationToken);

    private Task<VerifierAnswer> Ask(string thing, AwsVerifierOptions? options = null) => Ask(Verifier(options), thing);

    private ShadowVerifier Verifier(AwsVerifierOptions? options = null, Uri? endpoint = null)
    {
        options ??= new();
        return new(options, new IotDataQuestions(options, ThinClients.IotData(endpoint ?? _stub.Endpoint), _time, _logger));
    }
}
