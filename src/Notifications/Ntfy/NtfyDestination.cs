using IoTOrleans.Notifications.Http;

namespace IoTOrleans.Notifications.Ntfy;

/// <summary>Push to phones. Published as JSON, since a thing name in a header would have to be ASCII.</summary>
/// <param name="priority">Of bad news; good news and tests are never above ntfy's default.</param>
internal sealed class NtfyDestination(string topic, int priority, HttpPoster poster) : IDestination
{
    private const int DefaultPriority = 3;

    /// <summary>Longer ones become attachments, which phones do not show.</summary>
    private const int LongestMessage = 4096;

    /// <summary>ntfy refuses a title of more than 1 KB; this many characters are never more.</summary>
    private const int LongestTitle = 250;

    public Task<DeliveryAnswer> Send(OutgoingMessage message, CancellationToken cancellationToken) => poster.Post(
        new
        {
            Topic = topic,
            Title = message.ShortSubject(LongestTitle),
            Message = Characters.Fit(message.Text, LongestMessage),
            Priority = message.Severity == Severity.Notice ? Math.Min(priority, DefaultPriority) : priority,
            Tags = new[] { TagOf(message) },
            Click = message.Link,
        },
        cancellationToken);

    /// <summary>ntfy shows these as an emoji before the title.</summary>
    private static string TagOf(OutgoingMessage message) => message switch
    {
        { IsTest: true } => "test_tube",
        { IsEnd: true } => "white_check_mark",
        { Kind: MessageKind.Summary } => "clipboard",
        { Kind: MessageKind.Fleet } => "rotating_light",
        { Kind: MessageKind.Watcher } => "see_no_evil",
        _ when message.Event == NotificationEvent.DeviceStillOffline.Name() => "hourglass",
        _ => "red_circle",
    };
}
