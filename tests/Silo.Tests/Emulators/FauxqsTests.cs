using Amazon.SQS.Model;
using IoTOrleans.Testing.Emulators;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Emulators;

public sealed class FauxqsTests
{
    [Fact]
    public async Task A_message_sent_to_an_emulated_queue_is_received()
    {
        var emulator = await Fauxqs.Get();
        var queue = await emulator.CreateQueue();
        using var sqs = emulator.CreateSqsClient();

        await sqs.SendMessageAsync(queue.Url, "hello", TestContext.Current.CancellationToken);

        var received = await sqs.ReceiveMessageAsync(queue.Url, TestContext.Current.CancellationToken);
        received.Messages.ShouldHaveSingleItem().Body.ShouldBe("hello");
    }

    [Fact]
    public async Task A_queue_with_a_redrive_policy_moves_a_message_that_nobody_deletes()
    {
        var emulator = await Fauxqs.Get();
        var dead = await emulator.CreateQueue();
        var queue = await emulator.CreateQueue(attributes: new()
        {
            ["VisibilityTimeout"] = "0",
            ["RedrivePolicy"] = $$"""{"deadLetterTargetArn":"{{dead.Arn}}","maxReceiveCount":"1"}""",
        });
        using var sqs = emulator.CreateSqsClient();

        await sqs.SendMessageAsync(queue.Url, "poison", TestContext.Current.CancellationToken);
        await sqs.ReceiveMessageAsync(queue.Url, TestContext.Current.CancellationToken);
        await sqs.ReceiveMessageAsync(queue.Url, TestContext.Current.CancellationToken);

        var received = await sqs.ReceiveMessageAsync(
            new ReceiveMessageRequest { QueueUrl = dead.Url, WaitTimeSeconds = 5 }, TestContext.Current.CancellationToken);
        received.Messages.ShouldHaveSingleItem().Body.ShouldBe("poison");
    }
}
