using System.Security.Cryptography;
using System.Text.Encodings.Web;
using IoTOrleans.Aws;

namespace IoTOrleans.Notifications.Sns;

internal static class SnsMessage
{
    /// <summary>SNS takes less than 100 characters.</summary>
    private const int LongestSubject = 99;

    private const int LongestGroupId = 128;

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static SnsPublishRequest Of(OutgoingMessage message, TopicArn topic, bool? asciiSubject) => new()
    {
        TopicArn = topic.Value,
        Subject = message.ShortSubject(LongestSubject, asciiSubject),
        Message = PerProtocol(message.Text, message.Json),
        MessageStructure = "json",
        MessageGroupId = topic.IsFifo ? GroupId(GroupOf(message)) : null,
        MessageDeduplicationId = topic.IsFifo ? message.Key : null,
        StringAttributes = [.. Attributes(message)],
    };

    private static IEnumerable<KeyValuePair<string, string>> Attributes(OutgoingMessage message)
    {
        yield return new("event", message.Event);
        if (message.ThingName is { } thingName) yield return new("thingName", thingName);
        var id = message.Kind switch
        {
            MessageKind.Fleet => "incidentId",
            MessageKind.Summary => "summaryId",
            _ => "outageId",
        };
        yield return new(id, message.ThreadKey);
    }

    /// <summary>SNS keeps the order for each thing, for each incident, and among the daily lists.</summary>
    private static string GroupOf(OutgoingMessage message) =>
        message.ThingName ?? (message.Kind == MessageKind.Summary ? message.Event : message.ThreadKey);

    /// <summary>A name that is too long or not printable ASCII is hashed; also with a backslash, about which AWS's lists differ.</summary>
    public static string GroupId(string name) =>
        name.Length <= LongestGroupId && name.All(c => c is > ' ' and <= '~' and not '\\')
            ? name
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));

    private static string PerProtocol(string human, string machine) => JsonSerializer.Serialize(
        new { @default = human, email = human, sqs = machine, lambda = machine, http = machine, https = machine }, Readable);
}

internal sealed partial record TopicArn(string Value, string Region)
{
    public bool IsFifo => Value.EndsWith(".fifo", StringComparison.Ordinal);

    public static TopicArn Parse(string setting, string arn) => Shape().Match(arn) is { Success: true } match
        ? new(arn, match.Groups["region"].Value)
        : throw new StartupException(
            $"{setting}={arn}: not the ARN of an SNS topic. It looks like arn:aws:sns:eu-west-1:123456789012:my-topic "
            + "(that of a subscription has one more part at the end: leave it out).");

    [GeneratedRegex(@"\Aarn:aws[a-z-]*:sns:(?<region>[a-z0-9-]+):[0-9]{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?\z")]
    private static partial Regex Shape();
}
