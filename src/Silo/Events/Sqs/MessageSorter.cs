using System.Text;
using Amazon.SQS.Model;
using IoTOrleans.Contracts;
using IoTOrleans.Silo.Events.Parsing;

namespace IoTOrleans.Silo.Events.Sqs;

/// <summary>
/// Takes a batch into hand and sorts it: changes by thing, for the workers; what says nothing, to be deleted; what is no event, back to the
/// queue. The latter two need no storage, so they pass it by.
/// </summary>
internal sealed partial class MessageSorter(
    HeldMessages held,
    MessageDeleter deleter,
    VisibilityKeeper visibility,
    RedrivePolicy redrive,
    SqsMetrics metrics,
    TimeProvider time,
    ILogger<MessageSorter> logger)
{
    public async Task<IReadOnlyList<ThingMessages>> Sort(IReadOnlyList<Message> batch, CancellationToken cancellationToken)
    {
        metrics.Received(batch.Count);

        // Into hand first, all of them: whatever happens from here on, they are extended, and given back at a stop.
        var messages = batch.Select(message => (Held: Hold(message), message.Body)).ToList();
        var byThing = new Dictionary<string, List<PendingChange>>(StringComparer.Ordinal);
        foreach (var (message, body) in messages.OrderBy(message => message.Held.SentAt))
        {
            switch (EventParser.Parse(Encoding.UTF8.GetBytes(body ?? ""), EventSource.Queue, message.SentAt))
            {
                case ParsedEvent.Change(var thingName, var change):
                    if (!byThing.TryGetValue(thingName, out var changes)) byThing[thingName] = changes = [];
                    changes.Add(new PendingChange(message, change));
                    break;
                case ParsedEvent.Nothing:
                    metrics.Ignored();
                    await deleter.Add(message, cancellationToken);
                    break;
                case ParsedEvent.Refused refused:
                    Refuse(message, refused);
                    break;
            }
        }

        return [.. byThing.Select(thing => new ThingMessages(thing.Key, thing.Value))];
    }

    private HeldMessage Hold(Message message)
    {
        var sentAt = message.SentAt() ?? time.GetUtcNow();
        var inHand = new HeldMessage(message.MessageId, message.ReceiptHandle, sentAt, message.ReceiveCount(), time.GetTimestamp());
        held.Add(inHand);
        return inHand;
    }

    private void Refuse(HeldMessage message, ParsedEvent.Refused refused)
    {
        metrics.Refused(refused.Reason);
        visibility.Release(message, redrive.HidePoisonFor(message.ReceiveCount));

        // It comes again until the dead-letter queue takes it. The first time is for a person, the others for the record.
        var level = message.ReceiveCount is 1 ? LogLevel.Warning : LogLevel.Information;
        LogRefused(level, message.MessageId, message.ReceiveCount, refused.Reason, refused.Detail);
    }

    [LoggerMessage("Message {MessageId} (receive {ReceiveCount}) is no event and is left to the dead-letter queue: {Reason}. {Detail}")]
    private partial void LogRefused(LogLevel level, string messageId, int receiveCount, RefusalReason reason, string detail);
}
