using IoTOrleans.Silo.Hosting.Settings.Destinations;
using IoTOrleans.Silo.Notifications.Alertmanager;
using IoTOrleans.Silo.Notifications.Console;
using IoTOrleans.Silo.Notifications.Ntfy;
using IoTOrleans.Silo.Notifications.PagerDuty;
using IoTOrleans.Silo.Notifications.Slack;
using IoTOrleans.Silo.Notifications.Smtp;
using IoTOrleans.Silo.Notifications.Sns;
using IoTOrleans.Silo.Notifications.Webhook;

namespace IoTOrleans.Silo.Notifications;

/// <summary>What <c>Type</c> may say.</summary>
internal static class DestinationKinds
{
    private static readonly Dictionary<string, Func<DestinationSection, Action<IServiceCollection>>> Kinds = new(StringComparer.OrdinalIgnoreCase)
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
