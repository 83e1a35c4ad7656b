using System.Text;
using Amazon.SQS.Model;
using IoTOrleans.Events.Parsing;

namespace IoTOrleans.Events.Sqs;

/// <summary>
/// Takes a batch into hand and sorts it: changes by thing, for the workers; connect failures, for the relay, and messages that say nothing,
/// both to be deleted; refused messages, to go back to the queue. Only changes need storage.
/// </summary>
internal sealed partial class MessageSorter(
    InFlightMessages held, MessageDeleter deleter, VisibilityKeeper visibility, RedrivePolicy redrive, ConnectFailureRelay failures,
    RuleFailures rules, EventMetrics metrics, SqsOptions options, TimeProvider time, ILogger<MessageSorter> logger)
{
    /// <summary>After so many receives something is wrong: the change cannot be stored, or the message cannot be deleted.</summary>
    internal const int AgainAndAgain = 5;

    private readonly WarnedMessages _warned = new();
    private readonly LogLimiter _again = new(time);

    public async Task<IReadOnlyList<ThingMessages>> Sort(IReadOnlyList<Message> batch, CancellationToken cancellationToken)
    {
        metrics.QueueReceived(batch.Count);
        using var span = QueueTraces.Receive(options.QueueUrl, batch.Count);

        // Take all of them into hand first: from then on their visibility is extended, and a stop gives them back.
        var messages = batch.Select(message => (Held: Hold(message), message.Body)).ToList();
        var byThing = new Dictionary<string, List<PendingChange>>(StringComparer.Ordinal);
        foreach (var (message, body) in messages.OrderBy(message => message.Held.SentAt))
        {
            var parsed = EventParser.Parse(Encoding.UTF8.GetBytes(body ?? ""), EventSource.Queue, message.SentAt);
            if (parsed.Failure is { } failure) rules.Note(EventSource.Queue, failure);
            switch (parsed)
            {
                case ParsedEvent.Change(var thingName, var change):
                    if (!byThing.TryGetValue(thingName, out var changes)) byThing[thingName] = changes = [];
                    changes.Add(new PendingChange(message, change));
                    WarnIfAgain(message, thingName);
                    break;
                case ParsedEvent.Evidence(var thingName, var connectFailure):
                    WarnIfAgain(message, thingName);
                    metrics.QueueTaken();
                    failures.Add(thingName, connectFailure);
                    await deleter.Add(message, cancellationToken);
                    break;
                case ParsedEvent.Nothing(var thingName):
                    WarnIfAgain(message, thingName);
                    metrics.QueueTaken();
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
        var inHand = new InFlightMessage(message.MessageId, message.ReceiptHandle, sentAt, message.ReceiveCount(), time.GetTimestamp())
        {
            Received = Traces.Here,
        };
        held.Add(inHand);
        return inHand;
    }

    private void Refuse(InFlightMessage message, ParsedEvent.Refused refused)
    {
        metrics.QueueRefused(refused.Reason);
        visibility.Release(message, redrive.HideRefusedFor(message.ReceiveCount));

        // It comes again until the dead-letter queue takes it. Only the first line is news.
        LogRefused(_warned.IsFirst(message.MessageId) ? LogLevel.Warning : LogLevel.Debug, message.MessageId, message.ReceiveCount,
            refused.Reason, refused.Detail);
    }

    /// <summary>At most one a minute: an outage of storage makes thousands of messages come again.</summary>
    private void WarnIfAgain(InFlightMessage message, string thingName)
    {
        if (message.ReceiveCount < AgainAndAgain || !_warned.IsFirst(message.MessageId) || !_again.ShouldLog()) return;
        LogAgainAndAgain(message.MessageId, thingName, message.ReceiveCount);
    }

    [LoggerMessage(LogLevel.Warning,
        "SQS hands out message {MessageId} (of {ThingName}) again and again, now for the {ReceiveCount}th time: its change could not be "
            + "stored, or the message could not be deleted. Other log lines say why. Another consumer of this queue may also be the cause")]
    private partial void LogAgainAndAgain(string messageId, string thingName, int receiveCount);

    [LoggerMessage("Message {MessageId} (receive {ReceiveCount}) is refused and left to the dead-letter queue: {Reason}. {Detail}")]
    private partial void LogRefused(LogLevel level, string messageId, int receiveCount, RefusalReason reason, string detail);

    /// <summary>The messages about which there was a warning. One is enough, however often a message comes.</summary>
    private sealed class WarnedMessages
    {
        /// <summary>Few messages come again and again; a flood of others must not fill memory.</summary>
        private const int Most = 10_000;

        private readonly Lock _sync = new();
        private HashSet<string> _newer = [];
        private HashSet<string> _older = [];

        public bool IsFirst(string messageId)
        {
            lock (_sync)
            {
                if (_older.Contains(messageId) || !_newer.Add(messageId)) return false;
                if (_newer.Count >= Most) (_older, _newer) = (_newer, []);
                return true;
            }
        }
    }
}

/// <summary>
/// What one receive brought for one thing, in the order it was sent. The changes are stored one after the other. If one cannot be stored,
/// the later ones wait with it: two events of the same second must not change places.
/// </summary>
internal sealed record ThingMessages(string ThingName, IReadOnlyList<PendingChange> Changes);

internal sealed record PendingChange(InFlightMessage Message, ConnectionChange Change);
