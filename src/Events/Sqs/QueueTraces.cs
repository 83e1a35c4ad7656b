using System.Diagnostics;

namespace IoTOrleans.Events.Sqs;

/// <summary>
/// By OpenTelemetry's conventions for messaging: a receive of a batch, and for each message a trace of its own, linked to that receive.
/// </summary>
internal static class QueueTraces
{
    public static Activity? Receive(string queueUrl, int count) =>
        Begin("receive", ActivityKind.Client, queueUrl, [])?.SetTag("messaging.batch.message_count", count);

    public static Activity? Process(string queueUrl, InFlightMessage message, string thingName)
    {
        if (!Traces.Source.HasListeners()) return null;
        ActivityLink[] links = message.Received == default ? [] : [new(message.Received)];
        return Begin("process", ActivityKind.Consumer, queueUrl, links)?
            .SetTag("messaging.message.id", message.MessageId).SetTag(Traces.ThingName, thingName);
    }

    private static Activity? Begin(string operation, ActivityKind kind, string queueUrl, ActivityLink[] links)
    {
        if (!Traces.Source.HasListeners()) return null;
        var queue = queueUrl[(queueUrl.LastIndexOf('/') + 1)..];
        return Traces.Source.StartActivity($"{operation} {queue}", kind, parentContext: default, links: links)?
            .SetTag("messaging.system", "aws_sqs").SetTag("messaging.operation.type", operation)
            .SetTag("messaging.destination.name", queue);
    }
}
