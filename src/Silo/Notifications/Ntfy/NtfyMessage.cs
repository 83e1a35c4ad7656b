using IoTOrleans.Grains.Logging;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Silo.Notifications.Text;

namespace IoTOrleans.Silo.Notifications.Ntfy;

/// <summary>The fields of ntfy's "publish as JSON" that are used.</summary>
internal sealed record NtfyMessage(
    string Topic, string Title, string Message, int Priority, IReadOnlyList<string> Tags, string? Click)
{
    internal const int DefaultPriority = 3;

    /// <summary>Longer ones become attachments, which phones do not show.</summary>
    internal const int LongestMessage = 4096;

    /// <summary>ntfy refuses a title of more than 1 KB; this many characters are never more.</summary>
    private const int LongestTitle = 250;

    public static NtfyMessage Of(Notification n, NotificationText text, NtfyOptions options) => new(
        options.Topic,
        text.Subject(n, LongestTitle, ascii: false),
        Characters.Fit(text.Body(n), LongestMessage),
        n.IsTest || n.Event.IsEnd() ? Mild(options) : options.Priority,
        [TagOf(n)],
        text.Link(n));

    public static NtfyMessage Of(FleetNotification n, NotificationText text, NtfyOptions options) => new(
        options.Topic,
        text.Subject(n),
        Characters.Fit(text.Body(n), LongestMessage),
        n.Event == FleetEvent.FleetRecovered ? Mild(options) : options.Priority,
        [n.Event == FleetEvent.FleetRecovered ? "white_check_mark" : "rotating_light"],
        text.LinkToAll);

    /// <summary>A list is no alarm.</summary>
    public static NtfyMessage Of(FleetSummary summary, NotificationText text, NtfyOptions options) => new(
        options.Topic, text.Subject(summary), Characters.Fit(text.Body(summary), LongestMessage), Mild(options), ["clipboard"], text.LinkToAll);

    private static int Mild(NtfyOptions options) => Math.Min(options.Priority, DefaultPriority);

    /// <summary>ntfy shows these as an emoji before the title.</summary>
    private static string TagOf(Notification n) => n switch
    {
        { IsTest: true } => "test_tube",
        { Event: NotificationEvent.WatcherBlind } => "see_no_evil",
        { Event: NotificationEvent.DeviceRecovered or NotificationEvent.DeviceSteady or NotificationEvent.DeviceRemoved or NotificationEvent.WatcherOk } => "white_check_mark",
        { Event: NotificationEvent.DeviceStillOffline } => "hourglass",
        _ => "red_circle",
    };
}
