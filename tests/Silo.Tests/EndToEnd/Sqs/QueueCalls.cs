using System.Globalization;
using Amazon.SQS;
using Amazon.SQS.Model;
using IoTOrleans.Testing.Emulators;

namespace IoTOrleans.Silo.Tests.EndToEnd.Sqs;

/// <summary>What AWS IoT and people do with queues, as the wire tests need it.</summary>
internal static class QueueCalls
{
    extension(IAmazonSQS sqs)
    {
        public Task Send(QueueAddress queue, params string[] bodies) => sqs.SendMessageBatchAsync(
            queue.Url, [.. bodies.Select((body, i) => new SendMessageBatchRequestEntry(i.ToString(CultureInfo.InvariantCulture), body))]);

        /// <summary>Receives some messages and deletes them.</summary>
        public async Task<List<string>> Receive(QueueAddress queue)
        {
            var received = await sqs.ReceiveMessageAsync(
                new ReceiveMessageRequest(queue.Url) { MaxNumberOfMessages = 10, WaitTimeSeconds = 1 });
            foreach (var message in received.Messages ?? []) await sqs.DeleteMessageAsync(queue.Url, message.ReceiptHandle);
            return [.. (received.Messages ?? []).Select(message => message.Body)];
        }

        /// <summary>Messages in the queue, also those that are in flight.</summary>
        public async Task<int> Left(QueueAddress queue)
        {
            var attributes = await sqs.GetQueueAttributesAsync(
                queue.Url, ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]);
            return attributes.ApproximateNumberOfMessages + attributes.ApproximateNumberOfMessagesNotVisible;
        }
    }
}
