using IoTOrleans.Grains.Ports;
using IoTOrleans.Silo.Verifiers;
using IoTOrleans.Testing.Emulators;
using IoTOrleans.Testing.Http;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Verifiers;

/// <summary>Who is asked, if nobody has said who: by how the thing is heard of, and by what AWS lets us ask.</summary>
public sealed class AutoVerifierTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Since = DateTimeOffset.FromUnixTimeSeconds(1763884800);
    private static readonly StubAnswer Denied = IotDataStub.Error(403, "ForbiddenException", "Not authorized");

    private readonly FakeTimeProvider _time = new(Since.AddMinutes(5));
    private readonly RecordingLogger<AutoVerifier> _logger = new();
    private readonly RecordingLogger<IotDataQuestions> _questionsLogger = new();
    private IotDataStub _stub = null!;
    private AutoVerifier _verifier = null!;

    public async ValueTask InitializeAsync()
    {
        _stub = await IotDataStub.Start();
        var options = new AwsVerifierOptions();
        var questions = new IotDataQuestions(options, ThinClients.IotData(_stub.Endpoint), _time, _questionsLogger);
        _verifier = new(new(questions, _time), new(options, questions), _time, _logger);
    }

    public ValueTask DisposeAsync() => _stub.DisposeAsync();

    [Fact]
    public async Task Things_with_lifecycle_events_are_asked_for_by_connection_and_all_others_by_shadow()
    {
        _stub.Connected("client", Since);
        _stub.Put("rpi-1", connected: false, Since, version: 7);

        (await Ask(["client"])).Verdict.ShouldBe(VerifierVerdict.Connected);
        (await Ask([])).ShouldBe(new VerifierAnswer(VerifierVerdict.Disconnected, Since, 7));
        Targets.ShouldBe(["/connections/client", "/things/rpi-1/shadow"]);
    }

    [Fact]
    public async Task A_client_that_AWS_does_not_know_is_no_answer_and_no_reason_to_ask_the_shadow()
    {
        _stub.Put("rpi-1", connected: true, Since, version: 7);

        (await Ask(["client"])).Verdict.ShouldBe(VerifierVerdict.DoesNotKnow);
        Targets.ShouldBe(["/connections/client"]);
    }

    [Fact]
    public async Task A_thing_of_which_only_the_name_is_known_is_asked_for_both_ways()
    {
        _stub.Put("rpi-1", connected: true, Since, version: 7);
        (await Ask(null)).ShouldBe(new VerifierAnswer(VerifierVerdict.Connected, Since, 7));
        Targets.ShouldBe(["/connections/rpi-1", "/things/rpi-1/shadow"]);

        _stub.Disconnected("rpi-1", Since);
        (await Ask(null)).Verdict.ShouldBe(VerifierVerdict.Disconnected, "the connection is a truth of its own");
    }

    [Theory]
    [InlineData(403, "ForbiddenException", "allow iot:GetConnection on arn:aws:iot:eu-west-1:<account>:client/*")]
    [InlineData(403, "UnrecognizedClientException", "give the service credentials that AWS knows (environment, profile or role)")]
    [InlineData(404, "UnknownOperationException",
        "there is no GetConnection at this endpoint: look at AWS_ENDPOINT_URL_IOT_DATA_PLANE and AWS_REGION")]
    [InlineData(405, "MethodNotAllowedException",
        "there is no GetConnection at this endpoint: look at AWS_ENDPOINT_URL_IOT_DATA_PLANE and AWS_REGION")]
    public async Task Where_AWS_does_not_let_us_ask_for_connections_the_shadow_is_asked_with_one_warning(
        int status, string code, string remedy)
    {
        _stub.Put("rpi-1", connected: false, Since, version: 7);
        _stub.AnswerNext(IotDataStub.Error(status, code, "no"));

        for (var i = 0; i < 3; i++) (await Ask(["client"])).ShouldBe(new VerifierAnswer(VerifierVerdict.Disconnected, Since, 7));

        Targets.ShouldBe(["/connections/client", "/things/rpi-1/shadow", "/things/rpi-1/shadow", "/things/rpi-1/shadow"]);
        _logger.Lines.ShouldHaveSingleItem().ShouldBe(
            "Warning: AWS IoT connection cannot be read, so Device Shadow is asked instead; the connection is tried again every 10 min: "
            + $"{remedy}, or set Verify:With=shadow. AWS said: {code}: no");
        _questionsLogger.Lines.ShouldBeEmpty();
    }

    [Fact]
    public async Task One_question_in_ten_minutes_tries_the_connection_again_without_another_warning()
    {
        _stub.Put("rpi-1", connected: false, Since, version: 7);
        _stub.AnswerNext(Denied);
        await Ask(["client"]);

        _time.Advance(AutoVerifier.TryAgainAfter);
        _stub.AnswerNext(Denied);
        await Ask(["client"]);
        await Ask(["client"]);
        Targets.Count(target => target == "/connections/client").ShouldBe(2);
        _logger.Lines.Count.ShouldBe(1);
    }

    [Fact]
    public async Task When_it_is_allowed_at_last_all_connections_are_asked_for_again_and_a_new_refusal_is_a_new_warning()
    {
        _stub.Put("rpi-1", connected: false, Since, version: 7);
        _stub.AnswerNext(Denied);
        await Ask(["client"]);

        _stub.Connected("client", Since);
        _time.Advance(AutoVerifier.TryAgainAfter);
        for (var i = 0; i < 3; i++) (await Ask(["client"])).Verdict.ShouldBe(VerifierVerdict.Connected);
        _logger.Lines[1].ShouldBe("Information: AWS IoT connection can be read now.");

        _stub.AnswerNext(Denied);
        await Ask(["client"]);
        _logger.Lines.Count.ShouldBe(3);
    }

    [Fact]
    public async Task An_endpoint_of_before_GetConnection_is_asked_for_shadows()
    {
        _stub.KnowsConnections = false;
        _stub.Put("rpi-1", connected: true, Since, version: 7);

        (await Ask(["client"])).Verdict.ShouldBe(VerifierVerdict.Connected);
        _logger.Lines.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Throttling_is_no_reason_to_ask_the_shadow()
    {
        _stub.Put("rpi-1", connected: true, Since, version: 7);
        for (var i = 0; i < 3; i++) _stub.AnswerNext(IotDataStub.Error(429, "ThrottlingException", "later"));

        (await Ask(["client"])).Verdict.ShouldBe(VerifierVerdict.Failed);
        _logger.Lines.ShouldBeEmpty();
    }

    private IReadOnlyList<string> Targets => [.. _stub.Requests.Select(request => request.Target)];

    private Task<VerifierAnswer> Ask(string?[]? clients) =>
        _verifier.Ask(new("rpi-1", clients), TestContext.Current.CancellationToken);
}
