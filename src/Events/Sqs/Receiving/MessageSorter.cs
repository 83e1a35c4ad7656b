using System.Text;
using Amazon.SQS.Model;
using IoTOrleans.Events.Parsing;

namespace IoTOrleans.Events.Sqs;

/// <summary>
/// Takes a batch into hand and sorts it: changes by thing, for the workers; what says nothing, to be deleted; what is no event, back to the
/// queue. The latter two need no storage, so they pass it by.
/// </summary>
internal sealed partial class MessageSorter(
    InFlightMessages held,
    MessageDeleter deleter,
    VisibilityKeeper visibility,
    RedrivePolicy redrive,
    EventMetrics metrics,
    TimeProvider time,
    ILogger<MessageSorter> logger)
{
    /// <summary>
    /// Whose receive this often was in vain, something is wrong with: its change cannot be stored, or it cannot be deleted.
    /// </summary>
    internal const int AgainAndAgain = 5;

    private readonly WarnedMessages warned = new();
    private readonly LogLimiter again = new(time);

    public async Task<IReadOnlyList<ThingMessages>> Sort(IReadOnlyList<Message> batch, CancellationToken cancellationToken)
    {
        metrics.QueueReceived(batch.Count);

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
                    WarnIfAgain(message, thingName);
                    break;
                case ParsedEvent.Nothing(var thingName):
                    WarnIfAgain(message, thingName);
                    metrics.QueueIgnored();
                    await deleter.Add(message, cancellationToken);
                    break;
                case ParsedEvent.Refused refused:
                    Refuse(message, refused);
                    break;
            }
        }

        return [.. byThing.Select(thing => new ThingMessages(thing.Key, thing.Value))];
    }

    private InFlightMessage Hold(Message message)
    {
        var sentAt = message.SentAt() ?? time.GetUtcNow();
        var inHand = new InFlightMessage(message.MessageId, message.ReceiptHandle, sentAt, message.ReceiveCount(), time.GetTimestamp());
        held.Add(inHand);
        return inHand;
    }

    private void Refuse(InFlightMessage message, ParsedEvent.Refused refused)
    {
        metrics.QueueRefused(refused.Reason);
        visibility.Release(message, redrive.HidePoisonFor(message.ReceiveCount));

        // It comes again until the dead-letter queue takes it. The first time here is for a person, whoever had it before; the others say
        // nothing new.
        LogRefused(warned.IsFirst(message.MessageId) ? LogLevel.Warning : LogLevel.Debug, message.MessageId, message.ReceiveCount,
            refused.Reason, refused.Detail);
    }

    /// <summary>After an outage of storage that is said of thousands: one a minute is enough.</summary>
    private void WarnIfAgain(InFlightMessage message, string thingName)
    {
        if (message.ReceiveCount < AgainAndAgain || !warned.IsFirst(message.MessageId) || !again.ShouldLog()) return;
        LogAgainAndAgain(message.MessageId, thingName, message.ReceiveCount);
    }

    [LoggerMessage(
        LogLevel.Warning,
        "SQS hands out message {MessageId} (of {ThingName}) again and again, now for the {ReceiveCount}th time: what it says could not be "
            + "stored, or it could not be deleted afterwards. Other lines say why; it may be another consumer of this queue, too")]
    private partial void LogAgainAndAgain(string messageId, string thingName, int receiveCount);

    [LoggerMessage("Message {MessageId} (receive {ReceiveCount}) is no event and is left to the dead-letter queue: {Reason}. {Detail}")]
    private partial void LogRefused(LogLevel level, string messageId, int receiveCount, RefusalReason reason, string detail);
}
