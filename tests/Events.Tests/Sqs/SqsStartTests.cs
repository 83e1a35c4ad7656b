using System.Net;
using Amazon.Runtime;
using Amazon.SQS.Model;
using IoTOrleans.Settings;
using IoTOrleans.Events.Sqs;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Sqs;

/// <summary>What a person who starts the service is told.</summary>
public sealed class SqsStartTests
{
    [Fact]
    public async Task A_queue_that_does_not_exist_ends_the_start() =>
        (await StartFails("Attributes", new QueueDoesNotExistException("The specified queue does not exist.")))
            .ShouldContain("there is no such queue");

    [Theory]
    [InlineData("InvalidClientTokenId", HttpStatusCode.Forbidden)]
    [InlineData("UnrecognizedClientException", HttpStatusCode.BadRequest)]
    [InlineData("SignatureDoesNotMatch", HttpStatusCode.Forbidden)]
    [InlineData("ExpiredToken", HttpStatusCode.Forbidden)]
    public async Task Credentials_that_aws_does_not_accept_end_the_start(string code, HttpStatusCode status) =>
        (await StartFails("Attributes", FakeQueue.Error(code, status))).ShouldContain("does not accept the credentials");

    [Fact]
    public async Task Without_credentials_the_start_ends() =>
        (await StartFails("Attributes", new AmazonClientException("Failed to resolve AWS credentials.")))
            .ShouldContain("no AWS credentials");

    [Theory]
    [InlineData("AccessDenied")]
    [InlineData("AccessDeniedException")]
    [InlineData("KMS.AccessDeniedException")]
    public async Task Where_we_may_not_receive_the_start_ends(string code)
    {
        var message = await StartFails("Receive", FakeQueue.Error(code, HttpStatusCode.Forbidden));

        message.ShouldContain("sqs:ReceiveMessage");
        message.ShouldContain("AWS says " + code);
    }

    [Fact]
    public async Task Where_we_may_not_ask_for_the_redrive_policy_the_start_warns_and_goes_on()
    {
        await using var rig = new SqsRig();
        rig.Queue.Faults["Attributes"] = FakeQueue.Error("AccessDenied", HttpStatusCode.Forbidden);
        rig.Queue.Send(SqsRig.Body("a"), "not json");

        await rig.Start();
        await rig.Until(() => rig.Queue.Waiting is 0, TimeSpan.FromMinutes(1));

        rig.Log.Warnings[0].ShouldContain("sqs:GetQueueAttributes");
        rig.Queue.Dead.ShouldBe(["not json"]);
    }

    [Fact]
    public async Task A_queue_that_cannot_be_reached_is_waited_for()
    {
        await using var rig = new SqsRig();
        rig.Queue.MaxReceiveCount = null;
        foreach (var call in (string[])["Attributes", "Receive"])
            rig.Queue.Faults[call] = new HttpRequestException("Name or service not known (sqs:4566)");
        rig.Queue.Send(SqsRig.Body("a"));

        await rig.Start();
        await rig.Pass(TimeSpan.FromMinutes(2));
        rig.Log.Warnings[0].ShouldContain("does not answer yet");
        rig.Queue.Faults.Clear();
        await rig.Until(() => rig.Queue.Waiting is 0, TimeSpan.FromSeconds(35));

        // Asked again, for what could not be asked at the start.
        await rig.Until(
            () => rig.Log.Warnings.Any(line => line.Contains("no redrive policy", StringComparison.Ordinal)), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_queue_that_never_answers_holds_the_start_up_for_5_seconds()
    {
        await using var rig = new SqsRig();
        rig.Queue.Hangs["Attributes"] = new TaskCompletionSource();

        var started = rig.Start();
        var waited = await rig.Until(() => started.IsCompleted, TimeSpan.FromSeconds(20));

        await started;
        waited.ShouldBeInRange(TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(7));
        rig.Log.Warnings[0].ShouldContain("No answer");
    }

    [Theory]
    [InlineData("presence", "not an http(s) address")]
    [InlineData("arn:aws:sqs:eu-west-1:123456789012:presence", "not its ARN")]
    [InlineData("sqs.eu-west-1.amazonaws.com/123456789012/presence", "not an http(s) address")]
    [InlineData("", "not an http(s) address")]
    [InlineData("https://sqs.eu-west-1.amazonaws.com/123456789012/presence.fifo", "FIFO")]
    public void An_address_that_cannot_work_is_refused_by_name(string url, string expected)
    {
        var message = Should.Throw<StartupException>(() => new SqsOptions { QueueUrl = url }.Validate()).Message;

        message.ShouldStartWith("Events:Sqs:QueueUrl=");
        message.ShouldContain(expected);
        message.ShouldNotContain('\n');
    }

    [Theory]
    [InlineData("https://sqs.eu-west-1.amazonaws.com/123456789012/presence")]
    [InlineData("http://sqs.us-east-1.localhost:4566/000000000000/presence")]
    public void The_address_of_a_standard_queue_is_fine(string url) => new SqsOptions { QueueUrl = url }.Validate();

    private static async Task<string> StartFails(string call, Exception fault)
    {
        await using var rig = new SqsRig();
        rig.Queue.Faults[call] = fault;

        var message = (await Should.ThrowAsync<StartupException>(rig.Start)).Message;

        message.ShouldStartWith("Events:Sqs:QueueUrl=" + FakeQueue.Url);
        message.ShouldNotContain('\n');
        return message;
    }
}
