using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Silo.Tests.Aws;
using IoTOrleans.Silo.Verifiers;
using IoTOrleans.Testing.Emulators;
using IoTOrleans.Testing.Http;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Verifiers;

/// <summary>What AWS says on the wire about the clients of a thing; pace, places and time limits are those of the shadow's tests.</summary>
public sealed class ConnectionVerifierTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Since = DateTimeOffset.FromUnixTimeMilliseconds(1763884800123);

    private readonly FakeTimeProvider _time = new(Since.AddMinutes(5));
    private readonly RecordingLogger<IotDataQuestions> _logger = new();
    private IotDataStub _stub = null!;

    public async ValueTask InitializeAsync() => _stub = await IotDataStub.Start();

    public ValueTask DisposeAsync() => _stub.DisposeAsync();

    [Fact]
    public async Task A_connected_client_makes_the_thing_connected()
    {
        _stub.Connected("rpi-1", Since);

        var answer = await Ask("rpi-1");

        (answer.Verdict, answer.ChangedAt, answer.AskedAt).ShouldBe((VerifierVerdict.Connected, Since, _time.GetUtcNow()));
        answer.Number.ShouldBeNull("an order mark of the shadow must not move");
        answer.Clients.ShouldBe([new ClientAnswer("rpi-1", VerifierVerdict.Connected, Since)]);
    }

    [Fact]
    public async Task A_disconnected_client_is_reported_with_what_its_keep_alive_tells()
    {
        _stub.Disconnected("rpi-1", Since, "MQTT_KEEP_ALIVE_TIMEOUT", keepAlive: 240);

        var answer = await Ask("rpi-1");

        (answer.Verdict, answer.ChangedAt).ShouldBe((VerifierVerdict.Disconnected, Since));
        answer.LastHeard.ShouldBe(new LastHeard(Since.AddMinutes(-6), Since));
    }

    [Fact]
    public async Task All_clients_of_a_thing_are_asked_for_and_one_connected_is_enough()
    {
        _stub.Disconnected("jobs", Since);
        _stub.Connected("影/1", Since.AddMinutes(1));

        var answer = await Ask("rpi-1", "jobs", "影/1", "gone");

        (answer.Verdict, answer.ChangedAt).ShouldBe((VerifierVerdict.Connected, Since.AddMinutes(1)));
        answer.Clients!.Select(client => (client.Client, client.Verdict)).ShouldBe(
        [
            ("jobs", VerifierVerdict.Disconnected), ("影/1", VerifierVerdict.Connected), ("gone", VerifierVerdict.DoesNotKnow),
        ]);
        _stub.Requests.Select(request => request.Target).ShouldBe(
            ["/connections/jobs", "/connections/%E5%BD%B1%2F1", "/connections/gone"], ignoreOrder: true);
    }

    [Fact]
    public async Task Only_if_all_are_disconnected_the_thing_is_since_the_last_of_them()
    {
        _stub.Disconnected("jobs", Since);
        _stub.Disconnected("main", Since.AddMinutes(1));
        _stub.Disconnected("long-gone", null);
        var answer = await Ask("rpi-1", "jobs", "main", "long-gone");
        (answer.Verdict, answer.ChangedAt).ShouldBe((VerifierVerdict.Disconnected, Since.AddMinutes(1)));

        (await Ask("rpi-1", "jobs", "main", "never-heard")).Verdict.ShouldBe(VerifierVerdict.DoesNotKnow);
        (await Ask("rpi-1", "jobs", null)).Verdict.ShouldBe(VerifierVerdict.DoesNotKnow, "an ID that was too long to be stored");
    }

    [Fact]
    public async Task A_thing_whose_clients_are_not_known_is_asked_for_by_its_name()
    {
        _stub.Connected("rpi-1", Since);

        (await Ask("rpi-1")).Verdict.ShouldBe(VerifierVerdict.Connected);
        (await Verifier().Ask(new("rpi-1", []), TestContext.Current.CancellationToken)).Verdict.ShouldBe(VerifierVerdict.Connected);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("温室-3")]
    [InlineData("a/../b")]
    [InlineData("100%")]
    [InlineData("%2F")]
    [InlineData("...")]
    [InlineData("a$b")]
    public async Task Odd_client_IDs_are_asked_for(string client)
    {
        _stub.Connected(client, Since);

        (await Ask("rpi-1", client)).Verdict.ShouldBe(VerifierVerdict.Connected);
    }

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("$aws")]
    [InlineData("")]
    [InlineData(null)]
    public async Task What_cannot_be_a_part_of_the_path_is_not_asked_for(string? client)
    {
        (await Ask("rpi-1", client)).Verdict.ShouldBe(VerifierVerdict.DoesNotKnow);
        (await Ask("rpi-1", new string('影', 129))).Verdict.ShouldBe(VerifierVerdict.DoesNotKnow);

        _stub.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_client_that_AWS_does_not_know_is_no_answer()
    {
        var answer = await Ask("rpi-1");

        (answer.Verdict, answer.Detail).ShouldBe((VerifierVerdict.DoesNotKnow, "AWS IoT does not know this client ID."));
        _stub.Requests.ShouldHaveSingleItem();
        _logger.Lines.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_missing_permission_is_one_warning_an_hour_that_names_it()
    {
        var verifier = Verifier();
        var denied = IotDataStub.Error(403, "ForbiddenException", "Not authorized");
        for (var i = 0; i < 4; i++) _stub.AnswerNext(denied);

        var answer = await verifier.Ask(new("rpi-1", ["a", "b"]), TestContext.Current.CancellationToken);
        await verifier.Ask(new("rpi-2"), TestContext.Current.CancellationToken);

        answer.Verdict.ShouldBe(VerifierVerdict.DoesNotKnow);
        _logger.Lines.ShouldHaveSingleItem().ShouldBe(
            "Warning: AWS IoT connection cannot be read, so outages are notified without verification: allow iot:GetConnection on "
            + "arn:aws:iot:eu-west-1:<account>:client/*, or set Verify:With=shadow. AWS said: ForbiddenException: Not authorized");

        _time.Advance(TimeSpan.FromHours(1));
        await verifier.Ask(new("rpi-3"), TestContext.Current.CancellationToken);
        _logger.Lines.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(500, "InternalFailureException")]
    [InlineData(429, "ThrottlingException")]
    public async Task Two_passing_errors_are_survived_and_three_are_a_failure(int status, string code)
    {
        _stub.Connected("rpi-1", Since);
        var passing = IotDataStub.Error(status, code, "later");

        for (var i = 0; i < 2; i++) _stub.AnswerNext(passing);
        (await Ask("rpi-1")).Verdict.ShouldBe(VerifierVerdict.Connected);

        for (var i = 0; i < 3; i++) _stub.AnswerNext(passing);
        var answer = await Ask("rpi-1");
        (answer.Verdict, answer.Detail).ShouldBe((VerifierVerdict.Failed, $"{code}: later"));
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

        var answer = Verifier(silent.Address).Ask(new("rpi-1"), TestContext.Current.CancellationToken);
        await asked.Task;
        _time.Advance(TimeSpan.FromSeconds(18));

        var given = await answer;
        (given.Verdict, given.Detail).ShouldBe((VerifierVerdict.Failed, "The AWS IoT data plane did not answer in time."));
    }

    private Task<VerifierAnswer> Ask(string thing, params string?[] clients) =>
        Verifier().Ask(new(thing, clients.Length == 0 ? null : clients), TestContext.Current.CancellationToken);

    private ConnectionVerifier Verifier(Uri? endpoint = null) => new(
        new IotDataQuestions(new(), ThinClients.IotData(endpoint ?? _stub.Endpoint), _time, _logger), _time);
}
