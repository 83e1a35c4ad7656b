using IoTOrleans.Aws;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Notifications.Sns;
using IoTOrleans.Testing.Emulators;
using IoTOrleans.Testing.Http;
using Microsoft.Extensions.Time.Testing;

namespace IoTOrleans.Notifications.Tests.Sns;

public sealed class SnsDestinationTests
{
    private const string Topic = "arn:aws:sns:eu-west-1:123456789012:ops";

    private static readonly StubAnswer Published =
        StubAnswer.Xml(200, "<PublishResponse><PublishResult><MessageId>m-1</MessageId></PublishResult></PublishResponse>");

    private readonly RecordingLogger<SnsDestination> _logger = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Done_means_that_SNS_gave_a_MessageId()
    {
        await using var stub = await HttpStub.Start(Published);

        (await Send(stub.Address)).ShouldBe(DeliveryAnswer.Accepted("m-1"));
        var form = stub.Requests.ShouldHaveSingleItem().Form();
        form["TopicArn"].ShouldBe(Topic);
        form["Subject"].ShouldBe("[OFFLINE] greenhouse-3 since 02:14 JST");
        form["MessageStructure"].ShouldBe("json");
    }

    [Fact]
    public async Task An_answer_without_a_MessageId_is_not_done()
    {
        await using var stub = await HttpStub.Start(StubAnswer.Xml(200, "<hello/>"));

        (await Send(stub.Address)).ShouldBe(DeliveryAnswer.Failed("SNS answered without a MessageId: is this endpoint SNS?"));
    }

    [Fact]
    public async Task Japanese_subjects_are_UTF_8_unless_ASCII_is_asked_for()
    {
        await using var stub = await HttpStub.Start(Published);

        await Send(stub.Address, new() { TopicArn = Topic }, japanese: true);
        await Send(stub.Address, new() { TopicArn = Topic, AsciiSubject = true }, japanese: true);

        stub.Requests.Select(request => request.Form()["Subject"])
            .ShouldBe(["【オフライン】greenhouse-3 02:14から", "[OFFLINE] greenhouse-3 since 02:14 JST"]);
    }

    [Fact]
    public async Task Two_server_errors_and_then_success_is_success()
    {
        await using var stub = await HttpStub.Start(new StubAnswer(500), new StubAnswer(500), Published);

        (await Send(stub.Address)).Outcome.ShouldBe(DeliveryOutcome.Accepted);
    }

    [Theory]
    [InlineData(403, "AuthorizationError", DeliveryOutcome.Refused, $"allow sns:Publish on {Topic}.")]
    [InlineData(403, "AccessDenied", DeliveryOutcome.Refused, $"allow sns:Publish on {Topic}.")]
    [InlineData(404, "NotFound", DeliveryOutcome.Refused, $"Notifications:Sns:TopicArn is {Topic}: is there such a topic?")]
    [InlineData(400, "InvalidParameter", DeliveryOutcome.Refused, $"Notifications:Sns:TopicArn is {Topic}.")]
    [InlineData(400, "KMSAccessDenied", DeliveryOutcome.Refused, "allow kms:GenerateDataKey and kms:Decrypt on its key.")]
    [InlineData(403, "InvalidClientTokenId", DeliveryOutcome.Refused, "AWS does not know these credentials.")]
    [InlineData(403, "SignatureDoesNotMatch", DeliveryOutcome.Failed, "look at the clock of this host and at the age of its credentials.")]
    [InlineData(403, "ExpiredToken", DeliveryOutcome.Failed, "look at the clock of this host and at the age of its credentials.")]
    [InlineData(400, "Throttling", DeliveryOutcome.Failed, "because")]
    [InlineData(429, "TooManyRequestsException", DeliveryOutcome.Failed, "because")]
    [InlineData(408, "Whatever", DeliveryOutcome.Failed, "because")]
    [InlineData(500, "InternalError", DeliveryOutcome.Failed, "because")]
    [InlineData(503, "ServiceUnavailable", DeliveryOutcome.Failed, "because")]
    public async Task What_SNS_says_decides_whether_it_is_worth_another_try_soon(
        int status, string code, DeliveryOutcome outcome, string remedy)
    {
        await using var stub = await HttpStub.Start(
            StubAnswer.Xml(status, $"<ErrorResponse><Error><Code>{code}</Code><Message>because</Message></Error></ErrorResponse>"));

        var answer = await Send(stub.Address);

        answer.Outcome.ShouldBe(outcome);
        answer.Detail.ShouldNotBeNull().ShouldStartWith($"{code}: because");
        answer.Detail.ShouldEndWith(remedy);
    }

    [Fact]
    public async Task A_topic_in_another_region_is_warned_of_and_explained()
    {
        await using var stub = await HttpStub.Start(
            StubAnswer.Xml(400, "<ErrorResponse><Error><Code>InvalidParameter</Code><Message>TopicArn</Message></Error></ErrorResponse>"));

        var answer = await Send(stub.Address, new() { TopicArn = "arn:aws:sns:us-east-1:123456789012:ops" });

        answer.ShouldBe(DeliveryAnswer.Refused("InvalidParameter: TopicArn - the topic is in us-east-1, but AWS_REGION is eu-west-1."));
        _logger.Lines.ShouldHaveSingleItem().ShouldStartWith("Warning: sns: arn:aws:sns:us-east-1:123456789012:ops is in us-east-1");
    }

    [Fact]
    public async Task Nobody_there_is_a_failure()
    {
        var nobody = await HttpStub.Start(Published);
        var address = nobody.Address;
        await nobody.DisposeAsync();

        var answer = await Send(address);

        answer.Outcome.ShouldBe(DeliveryOutcome.Failed);
        answer.Detail.ShouldNotBeNull().ShouldContain("refused", Case.Insensitive);
    }

    [Fact]
    public async Task Silence_is_a_failure_when_the_time_is_over()
    {
        var time = new FakeTimeProvider();
        var asked = new TaskCompletionSource();
        await using var stub = await HttpStub.Start(async (_, aborted) =>
        {
            asked.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, aborted);
            return Published;
        });

        var answer = Send(stub.Address, time: time);
        await asked.Task;
        time.Advance(TimeSpan.FromSeconds(15));

        (await answer).ShouldBe(DeliveryAnswer.Failed("SNS did not answer within 15 s."));
    }

    [Fact]
    public async Task Only_the_callers_own_cancellation_gets_out()
    {
        await using var stub = await HttpStub.StartSilent();
        using var stop = new CancellationTokenSource();
        stop.Cancel();

        await Should.ThrowAsync<OperationCanceledException>(() => Destination(stub.Address).Send(Sample.Offline, stop.Token));
    }

    [Fact]
    public void A_FIFO_topic_is_warned_of_because_it_cannot_mail()
    {
        Destination(new Uri("http://127.0.0.1:9"), new() { TopicArn = Topic + ".fifo" });

        _logger.Lines.ShouldHaveSingleItem().ShouldStartWith($"Warning: sns: {Topic}.fifo is a FIFO topic.");
    }

    private Task<DeliveryAnswer> Send(Uri endpoint, SnsOptions? options = null, bool japanese = false, TimeProvider? time = null) =>
        Destination(endpoint, options, japanese, time).Send(Sample.Offline, Cancel);

    private RenderedDestination Destination(
        Uri endpoint, SnsOptions? options = null, bool japanese = false, TimeProvider? time = null) => new(
        "sns",
        DestinationTerms.Default,
        japanese ? Sample.Japanese : Sample.English,
        new SnsDestination(options ?? new SnsOptions { TopicArn = Topic }, ThinClients.Sns(endpoint), time ?? TimeProvider.System, _logger));
}
