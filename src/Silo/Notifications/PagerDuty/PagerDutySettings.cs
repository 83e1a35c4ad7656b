using IoTOrleans.Silo.Hosting.Settings.Destinations;
using IoTOrleans.Silo.Notifications.Http;

namespace IoTOrleans.Silo.Notifications.PagerDuty;

internal static class PagerDutySettings
{
    private static readonly string[] Severities = ["critical", "error", "warning", "info"];

    public static Action<IServiceCollection> Read(DestinationSection section)
    {
        const string where = "the 32 characters of the Integration Key of an \"Events API v2\" integration";
        var key = section.Required("RoutingKey", $"say {where}");
        if (key.Length is not (0 or 32)) section.Mistake("RoutingKey", $"has {key.Length} characters: say {where}.");
        var severity = section.Text("Severity") ?? "error";
        if (!Severities.Contains(severity)) section.Mistake("Severity", $"must be one of {string.Join(", ", Severities)}.");

        // PagerDuty names no number but asks not to be flooded; what is too much comes back as 429 and waits.
        var options = new PagerDutyOptions(section.Name, section.Terms(rate: "2/s", collapse: false, lists: false), key, severity);
        var target = section.Target(section.Address("", "https://events.pagerduty.com/v2/enqueue"));
        return services => services.AddHttpDestination(target, (poster, text, _) => new PagerDutyDestination(options, poster, text));
    }
}
