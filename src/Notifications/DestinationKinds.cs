using IoTOrleans.Notifications.Alertmanager;
using IoTOrleans.Notifications.Console;
using IoTOrleans.Notifications.Ntfy;
using IoTOrleans.Notifications.PagerDuty;
using IoTOrleans.Notifications.Slack;
using IoTOrleans.Notifications.Smtp;
using IoTOrleans.Notifications.Sns;
using IoTOrleans.Notifications.Webhook;

namespace IoTOrleans.Notifications;

/// <summary>What <c>Type</c> may say: the only list of destinations.</summary>
internal static class DestinationKinds
{
    private static readonly Dictionary<string, Func<DestinationSection, Action<IServiceCollection>>> Kinds =
        new(StringComparer.OrdinalIgnoreCase)
        {
            ["sns"] = SnsSettings.Read,
            ["webhook"] = WebhookSettings.Read,
            ["slack"] = SlackSettings.Read,
            ["ntfy"] = NtfySettings.Read,
            ["pagerduty"] = PagerDutySettings.Read,
            ["alertmanager"] = AlertmanagerSettings.Read,
            ["smtp"] = SmtpSettings.Read,
            ["console"] = ConsoleSettings.Read,
        };

    public static string Names => string.Join(", ", Kinds.Keys);

    public static bool Has(string type) => Kinds.ContainsKey(type);

    public static Action<IServiceCollection> Read(string type, DestinationSection section) => Kinds[type](section);
}
