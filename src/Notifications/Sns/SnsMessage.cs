using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using IoTOrleans.Aws;

namespace IoTOrleans.Notifications.Sns;

/// <summary>What goes to the topic: words for people, JSON for programs, attributes for filter policies.</summary>
internal static class SnsMessage
{
    /// <summary>"Less than 100 characters", says SNS.</summary>
    private const int LongestSubject = 99;

    private const int LongestGroupId = 128;

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="asciiSubject">Null: as far as the language is English.</param>
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

    /// <summary>Order is kept for each thing, for each incident, and among the daily lists.</summary>
    private static string GroupOf(OutgoingMessage message) =>
        message.ThingName ?? (message.Kind == MessageKind.Summary ? message.Event : message.ThreadKey);

    /// <summary>
    /// Group ids are printable ASCII, at most 128 of it; AWS's lists differ about the backslash, so that is hashed like the rest: a name
    /// that SNS refuses would never be told of.
    /// </summary>
    public static string GroupId(string name) =>
        name.Length <= LongestGroupId && name.All(c => c is > ' ' and <= '~' and not '\\')
            ? name
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));

    private static string PerProtocol(string human, string machine) => JsonSerializer.Serialize(
        new Dictionary<string, string>
        {
            ["default"] = human,
            ["email"] = human,
            ["sqs"] = machine,
            ["lambda"] = machine,
            ["http"] = machine,
            ["https"] = machine,
        },
        Readable);
}
