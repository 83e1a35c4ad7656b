using IoTOrleans.Notifications.Alertmanager;
using IoTOrleans.Notifications.Console;
using IoTOrleans.Notifications.Ntfy;
using IoTOrleans.Notifications.PagerDuty;
using IoTOrleans.Notifications.Slack;
using IoTOrleans.Notifications.Smtp;
using IoTOrleans.Notifications.Sns;
using IoTOrleans.Notifications.Webhook;

namespace IoTOrleans.Notifications;

internal static class DestinationKinds
{
    /// <summary>By the value of <c>Type</c>: reads the settings, and then adds the destination.</summary>
    public static readonly IReadOnlyDictionary<string, Func<DestinationSection, Action<IServiceCollection>>> All =
        new Dictionary<string, Func<DestinationSection, Action<IServiceCollection>>>(StringComparer.OrdinalIgnoreCase)
        {
            ["sns"] = SnsDestination.Read,
            ["webhook"] = WebhookDestination.Read,
            ["slack"] = SlackDestination.Read,
            ["ntfy"] = NtfyDestination.Read,
            ["pagerduty"] = PagerDutyDestination.Read,
            ["alertmanager"] = AlertmanagerDestination.Read,
            ["smtp"] = SmtpSettings.Read,
            ["console"] = ConsoleDestination.Read,
        };
}
