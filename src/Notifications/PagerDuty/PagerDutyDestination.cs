using System.Text.Json.Nodes;
using IoTOrleans.Notifications.Http;
using IoTOrleans.Notifications.Text;

namespace IoTOrleans.Notifications.PagerDuty;

/// <summary>Events API v2: one alert for each outage or incident, opened and resolved under its ID.</summary>
internal sealed class PagerDutyDestination(string routingKey, string severity, HttpPoster poster) : IDestination
{
    private const int LongestSummary = 1024;

    private static readonly string[] Severities = ["critical", "error", "warning", "info"];

    public static Action<IServiceCollection> Read(DestinationSection section)
    {
        const string where = "the 32 characters of the Integration Key of an \"Events API v2\" integration";
        var key = section.Required("RoutingKey", $"say {where}");
        if (key.Length is not (0 or 32)) section.Mistake("RoutingKey", $"has {key.Length} characters: say {where}.");
        section.Secrets.Add(key);
        var severity = section.Text("Severity") ?? "error";
        if (!Severities.Contains(severity)) section.Mistake("Severity", $"must be one of {string.Join(", ", Severities)}.");

        // PagerDuty publishes no limit; it answers 429 to what is too much, and that waits.
        var terms = section.Terms(rate: "2/s", collapse: false, lists: false);
        var url = section.Address("", "https://events.pagerduty.com/v2/enqueue");
        return section.OverHttp(url, terms, (poster, _) => new PagerDutyDestination(key, severity, poster));
    }

    public async Task<DeliveryAnswer> Send(OutgoingMessage message, CancellationToken cancellationToken)
    {
        if (!message.IsEnd || message.IsAlsoStart)
        {
            // An end that is also the start is opened first: PagerDuty ignores a resolve of an alert that it does not know.
            var answer = await poster.Post(Trigger(message), cancellationToken);

            // A test is resolved at once, so that nobody has to close it.
            if (answer.Outcome != DeliveryOutcome.Accepted || !(message.IsEnd || message.IsTest)) return answer;
        }

        return await poster.Post(new { RoutingKey = routingKey, EventAction = "resolve", DedupKey = message.ThreadKey }, cancellationToken);
    }

    private object Trigger(OutgoingMessage message) => new
    {
        RoutingKey = routingKey,
        EventAction = "trigger",
        DedupKey = message.ThreadKey,
        Payload = new
        {
            Summary = message.ShortSubject(LongestSummary),
            Source = message.About,
            Severity = message.IsTest ? "info" : severity,
            Timestamp = Rfc3339.Of(message.DetectedAt),
            Group = message.Cluster,
            Class = message.Event,
            CustomDetails = JsonNode.Parse(message.Json),
        },
        Links = message.Link is { } link ? new[] { new { Href = link, Text = message.About } } : null,
        Client = "IoTOrleans",
        ClientUrl = message.Link,
    };
}
