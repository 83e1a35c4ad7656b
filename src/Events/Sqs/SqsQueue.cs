using Amazon.SQS;
using Amazon.SQS.Model;

namespace IoTOrleans.Events.Sqs;

/// <summary>The queue, as far as a consumer needs it. Batches are answered entry by entry.</summary>
internal sealed class SqsQueue(IAmazonSQS sqs, SqsOptions options)
{
    /// <summary>SQS's limit, for receiving and for batches alike.</summary>
    internal const int BatchSize = 10;

    /// <summary>
    /// Long polls ask all of SQS's servers, so an empty answer means an empty queue. SQS would wait for 20 s; but a poll that hangs looks
    /// like one that waits, and for as long as that we would believe that nothing is there (docs/decisions/0015-what-we-may-not-know.md).
    /// </summary>
    internal static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(5);

    /// <summary>
    /// What an answer may take beyond the poll. One that takes longer hangs, and a poll that hangs has found out nothing.
    /// </summary>
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
    public async Task<List<FailedEntry>> ChangeVisibility(
        IReadOnlyList<VisibilityChange> changes, CancellationToken cancellationToken)
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

    /// <summary>An entry that the answer does not name at all is a failure too: only what SQS confirmed is done.</summary>
    private static List<FailedEntry> FailuresOf(
        IReadOnlyList<InFlightMessage> messages, IEnumerable<string>? successful, List<BatchResultErrorEntry>? failed)
    {
        var done = successful?.ToHashSet() ?? [];
        var errors = (failed ?? []).ToDictionary(entry => entry.Id);
        var failures = new List<FailedEntry>();
        for (var i = 0; i < messages.Count; i++)
        {
            if (done.Contains(IdOf(i))) continue;
            var error = errors.GetValueOrDefault(IdOf(i));
            failures.Add(new FailedEntry(messages[i], error?.Code ?? "NoAnswer", error?.SenderFault ?? false));
        }

        return failures;
    }

    private static string IdOf(int index) => index.ToString(CultureInfo.InvariantCulture);
}

/// <param name="IsFinal">SQS blames the request: the same again would fail again.</param>
internal sealed record FailedEntry(InFlightMessage Message, string Code, bool IsFinal);

/// <param name="HideFor">From now on; 0: show it at once.</param>
internal sealed record VisibilityChange(InFlightMessage Message, TimeSpan HideFor);
