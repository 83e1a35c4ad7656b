using Amazon.SQS;
using Amazon.SQS.Model;

namespace IoTOrleans.Events.Sqs;

/// <summary>What the consumer needs of the queue. Batches are answered entry by entry.</summary>
internal sealed class SqsQueue(IAmazonSQS sqs, SqsOptions options)
{
    /// <summary>SQS's limit for receives and for batches.</summary>
    internal const int BatchSize = 10;

    /// <summary>
    /// Long polls ask all of SQS's servers, so an empty answer means an empty queue. SQS would wait for 20 s, but a poll that hangs looks
    /// like one that waits, and the queue seems empty meanwhile (docs/decisions/0015-what-we-may-not-know.md).
    /// </summary>
    internal static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(5);

    /// <summary>How long an answer may take beyond the poll. After that the poll hangs, and says nothing about the queue.</summary>
    internal static readonly TimeSpan Answering = TimeSpan.FromSeconds(2);

    public async Task<List<Message>> Receive(int max, TimeSpan wait, CancellationToken cancellationToken)
    {
        var request = new ReceiveMessageRequest
        {
            QueueUrl = options.QueueUrl,
            MaxNumberOfMessages = max,
            WaitTimeSeconds = (int)wait.TotalSeconds,
            VisibilityTimeout = (int)options.VisibilityTimeout.TotalSeconds,
            MessageSystemAttributeNames = [MessageSystemAttributeName.SentTimestamp, MessageSystemAttributeName.ApproximateReceiveCount],
        };
        var response = await sqs.ReceiveMessageAsync(request, cancellationToken);
        return response.Messages ?? [];
    }

    /// <returns>What was not deleted.</returns>
    public async Task<List<FailedEntry>> Delete(IReadOnlyList<InFlightMessage> messages, CancellationToken cancellationToken)
    {
        var entries = messages.Select((message, index) => new DeleteMessageBatchRequestEntry(IdOf(index), message.ReceiptHandle)).ToList();
        var response = await sqs.DeleteMessageBatchAsync(new DeleteMessageBatchRequest(options.QueueUrl, entries), cancellationToken);
        return FailuresOf(messages, response.Successful?.Select(entry => entry.Id), response.Failed);
    }

    /// <returns>What was not changed.</returns>
    public async Task<List<FailedEntry>> ChangeVisibility(IReadOnlyList<VisibilityChange> changes, CancellationToken cancellationToken)
    {
        var entries = changes.Select((change, index) => new ChangeMessageVisibilityBatchRequestEntry
        {
            Id = IdOf(index),
            ReceiptHandle = change.Message.ReceiptHandle,
            VisibilityTimeout = (int)change.HideFor.TotalSeconds,
        }).ToList();
        var request = new ChangeMessageVisibilityBatchRequest(options.QueueUrl, entries);
        var response = await sqs.ChangeMessageVisibilityBatchAsync(request, cancellationToken);
        return FailuresOf([.. changes.Select(change => change.Message)], response.Successful?.Select(entry => entry.Id), response.Failed);
    }

    /// <returns>The queue's redrive policy, or null.</returns>
    public async Task<string?> GetRedrivePolicy(CancellationToken cancellationToken)
    {
        var response = await sqs.GetQueueAttributesAsync(options.QueueUrl, [QueueAttributeName.RedrivePolicy], cancellationToken);
        return response.Attributes?.GetValueOrDefault(QueueAttributeName.RedrivePolicy);
    }

    /// <summary>An entry that is missing in the answer has failed too.</summary>
    private static List<FailedEntry> FailuresOf(
        IReadOnlyList<InFlightMessage> messages, IEnumerable<string>? successful, List<BatchResultErrorEntry>? failed)
    {
        var done = successful?.ToHashSet() ?? [];
        var errors = (failed ?? []).ToDictionary(entry => entry.Id);
        var failures = from item in messages.Index()
            let id = IdOf(item.Index)
            where !done.Contains(id)
            let error = errors.GetValueOrDefault(id)
            select new FailedEntry(item.Item, error?.Code ?? "NoAnswer", error?.SenderFault ?? false);
        return [.. failures];
    }

    private static string IdOf(int index) => index.ToString(CultureInfo.InvariantCulture);
}

/// <param name="IsFinal">SQS blames the request: the same again would fail again.</param>
internal sealed record FailedEntry(InFlightMessage Message, string Code, bool IsFinal);

/// <param name="HideFor">From now on; 0: SQS shows the message at once.</param>
internal sealed record VisibilityChange(InFlightMessage Message, TimeSpan HideFor);

internal static class ReceivedMessage
{
    /// <summary>null: a server that is not SQS left out the attribute.</summary>
    public static DateTimeOffset? SentAt(this Message message) =>
        message.Number(MessageSystemAttributeName.SentTimestamp) is { } milliseconds
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : null;

    public static int ReceiveCount(this Message message) => (int)(message.Number(MessageSystemAttributeName.ApproximateReceiveCount) ?? 1);

    private static long? Number(this Message message, string attribute) =>
        long.TryParse(
            message.Attributes?.GetValueOrDefault(attribute), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;
}
