using IoTOrleans.Notifications.Http;

namespace IoTOrleans.Notifications.Ntfy;

/// <summary>Push to phones. Published as JSON, since a thing name in a header would have to be ASCII.</summary>
/// <param name="priority">Of bad news; good news and tests never go above ntfy's default.</param>
internal sealed partial class NtfyDestination(string topic, int priority, HttpPoster poster) : IDestination
{
    private const int DefaultPriority = 3;

    /// <summary>In bytes. ntfy turns a longer message into an attachment, which phones do not show.</summary>
    private const int LongestMessage = 4096;

    /// <summary>ntfy refuses a title of more than 1 KB; 250 characters are never more.</summary>
    private const int LongestTitle = 250;

    public static Action<IServiceCollection> Read(DestinationSection section)
    {
        var topic = section.Required(
            "Topic", "say the topic to publish to; on ntfy.sh it is as good as a password, so make it hard to guess");
        if (topic.Length > 0 && !Topic().IsMatch(topic)) section.Mistake("Topic", "must be 1 to 64 letters, digits, '-' and '_'.");

        section.Secrets.Add(topic);

        var url = section.Address("", "https://ntfy.sh");
        if (url.AbsolutePath != "/")
            section.Mistake("Url", "is the server's address without a topic, for example https://ntfy.sh; the topic goes into Topic.");

        // ntfy.sh allows 60 requests at once, and one more every 5 s.
        var (terms, priority) = (section.Terms(rate: "12/m"), section.Reader.Number(section.Key("Priority"), 4, 1, 5));
        return section.OverHttp(url, terms, (poster, _) => new NtfyDestination(topic, priority, poster), section.Secret("Token"));
    }

    public Task<DeliveryAnswer> Send(OutgoingMessage message, CancellationToken cancellationToken) => poster.Post(
        new
        {
            Topic = topic,
            Title = message.ShortSubject(LongestTitle),
            Message = Characters.Fit(message.Text, LongestMessage),
            Priority = message.IsBadNews ? priority : Math.Min(priority, DefaultPriority),
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

    [GeneratedRegex(@"\A[-_A-Za-z0-9]{1,64}\z")]
    private static partial Regex Topic();
}
