using Amazon.SQS;
using Amazon.SQS.Model;

namespace IoTOrleans.Events.Sqs;

internal static class ReceivedMessage
{
    /// <summary>Null only where something that is not SQS leaves out what was asked for.</summary>
    public static DateTimeOffset? SentAt(this Message message) =>
        message.Number(MessageSystemAttributeName.SentTimestamp) is { } milliseconds
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : null;

    public static int ReceiveCount(this Message message) => (int)(message.Number(MessageSystemAttributeName.ApproximateReceiveCount) ?? 1);

    private static long? Number(this Message message, string attribute) =>
        message.Attributes is { } attributes
        && attributes.TryGetValue(attribute, out var text)
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;
}
