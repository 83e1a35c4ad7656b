using IoTOrleans.Testing.Emulators;
using IoTOrleans.Testing.Http;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd.Sqs;

/// <summary>The program itself with a queue that it cannot consume: one line and a status that is not 0.</summary>
public sealed class SqsProcessTests
{
    private const string Queue = "https://sqs.eu-west-1.amazonaws.com/123456789012/presence";

    private static readonly (
        string, string)[] Aws = [("AWS_REGION", "eu-west-1"), ("AWS_ACCESS_KEY_ID", "key"), ("AWS_SECRET_ACCESS_KEY", "secret")];

    [Fact]
    public async Task A_fifo_queue() => (await Fails([("Events:Sqs:QueueUrl", Queue + ".fifo"), .. Aws])).ShouldContain("FIFO");

    [Fact]
    public async Task No_region() => (await Fails([("Events:Sqs:QueueUrl", Queue), .. Aws[1..]])).ShouldContain("set AWS_REGION");

    [Fact]
    public async Task No_credentials() => (await Fails([("Events:Sqs:QueueUrl", Queue), Aws[0]])).ShouldContain("AWS_ACCESS_KEY_ID");

    [Fact]
    public async Task No_such_queue()
    {
        var emulator = await Fauxqs.Get();
        var missing = (await emulator.CreateQueue()).Url + "-missing";

        (await Fails([("Events:Sqs:QueueUrl", missing), ("AWS_ENDPOINT_URL", emulator.Endpoint.ToString()), .. Aws]))
            .ShouldContain("there is no such queue");
    }

    [Fact]
    public async Task Not_allowed_to_receive()
    {
        await using var sqs = await HttpStub.Start((request, _) => Task.FromResult(
            request.Headers["X-Amz-Target"] is "AmazonSQS.GetQueueAttributes"
                ? StubAnswer.Json(200, """{"Attributes":{"RedrivePolicy":"{}"}}""")
                : StubAnswer.Json(403, """{"__type":"com.amazon.coral.service#AccessDeniedException","message":"Not authorized."}""")));

        (await Fails([("Events:Sqs:QueueUrl", Queue), ("AWS_ENDPOINT_URL_SQS", sqs.Address.ToString()), .. Aws]))
            .ShouldContain("sqs:ReceiveMessage");
    }

    private static async Task<string> Fails((string Setting, string Value)[] settings)
    {
        var (exitCode, output) = await SiloProcess.Fail(
            [("Storage:Provider", "Memory"), ("Verify:With", "none"), ("Events:Mqtt:Listen:Port", "0"), .. settings]);

        exitCode.ShouldBe(1, output);

        // On a slow machine the start text, nine lines, comes before it.
        var line = output.Trim().Split('\n').Where(said => !IsOfStartText(said)).ShouldHaveSingleItem(output);
        line.ShouldStartWith("Events:Sqs:QueueUrl");
        return line;
    }

    private static bool IsOfStartText(string line) =>
        line.StartsWith("IoTOrleans ", StringComparison.Ordinal)
            || (line.StartsWith("  ", StringComparison.Ordinal) && line[2] is >= 'A' and <= 'Z');
}
