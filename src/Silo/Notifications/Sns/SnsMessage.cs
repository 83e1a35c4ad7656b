using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using IoTOrleans.Aws;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Silo.Notifications.Text;

namespace IoTOrleans.Silo.Notifications.Sns;

/// <summary>What goes to the topic: words for people, JSON for programs, attributes for filter policies.</summary>
internal static class SnsMessage
{
    /// <summary>"Less than 100 characters", says SNS.</summary>
    private const int LongestSubject = 99;

    private const int LongestGroupId = 128;

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static SnsPublishRequest Of(Notification notification, NotificationText text, TopicArn topic, bool asciiSubject) => new()
    {
        TopicArn = topic.Value,
        Subject = text.Subject(notification, LongestSubject, asciiSubject),
        Message = PerProtocol(text.Body(notification), text.MachineJson(notification)),
        MessageStructure = "json",
        MessageGroupId = topic.IsFifo ? GroupId(notification.Event.IsOfWatcher() ? notification.OutageId : notification.ThingName) : null,
        MessageDeduplicationId = topic.IsFifo ? notification.Key : null,
        StringAttributes =
        [
            new("event", notification.Event.Name()),
            .. notification.Event.IsOfWatcher() ? [] : new KeyValuePair<string, string>[] { new("thingName", notification.ThingName) },
            new("outageId", notification.OutageId),
        ],
    };

    public static SnsPublishRequest Of(FleetNotification notification, NotificationText text, TopicArn topic, bool asciiSubject) => new()
    {
        TopicArn = topic.Value,
        Subject = text.Subject(notification, asciiSubject),
        Message = PerProtocol(text.Body(notification), text.MachineJson(notification)),
        MessageStructure = "json",
        MessageGroupId = topic.IsFifo ? notification.IncidentId : null,
        MessageDeduplicationId = topic.IsFifo ? notification.Key : null,
        StringAttributes =
        [
            new("event", notification.Event.Name()),
            new("incidentId", notification.IncidentId),
        ],
    };

    public static SnsPublishRequest Of(FleetSummary summary, NotificationText text, TopicArn topic, bool asciiSubject) => new()
    {
        TopicArn = topic.Value,
        Subject = text.Subject(summary, asciiSubject),
        Message = PerProtocol(text.Body(summary), text.MachineJson(summary)),
        MessageStructure = "json",
        MessageGroupId = topic.IsFifo ? FleetSummary.Event : null,
        MessageDeduplicationId = topic.IsFifo ? summary.Id : null,
        StringAttributes = [new("event", FleetSummary.Event), new("summaryId", summary.Id)],
    };

    /// <summary>
    /// Order is kept for each thing. Group ids are printable ASCII, at most 128 of it; AWS's lists differ about the backslash, so that is
    /// hashed like the rest: a name that SNS refuses would never be told of.
    /// </summary>
    public static string GroupId(string thingName) =>
        thingName.Length <= LongestGroupId && thingName.All(c => c is > ' ' and <= '~' and not '\\')
            ? thingName
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(thingName)));

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
