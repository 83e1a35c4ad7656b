namespace IoTOrleans.Notifications.PagerDuty;

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
        var terms = section.Terms(rate: "2/s", collapse: false, lists: false);
        var url = section.Address("", "https://events.pagerduty.com/v2/enqueue");
        return section.OverHttp(url, terms, (poster, _) => new PagerDutyDestination(key, severity, poster));
    }
}
