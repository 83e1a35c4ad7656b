using System.Text.Json.Nodes;
using IoTOrleans.Notifications.Http;
using IoTOrleans.Notifications.Text;

namespace IoTOrleans.Notifications.PagerDuty;

/// <summary>Events API v2: one alert for each outage, opened and resolved under the outage's id; the same for an incident.</summary>
internal sealed class PagerDutyDestination(string routingKey, string severity, HttpPoster poster) : IDestination
{
    private const int LongestSummary = 1024;

    public async Task<DeliveryAnswer> Send(OutgoingMessage message, CancellationToken cancellationToken)
    {
        if (!message.IsEnd || message.IsAlsoStart)
        {
            // Also where everybody was back before anything could be told: what was never opened is resolved in silence.
            var answer = await poster.Post(Trigger(message), cancellationToken);

            // A test leaves no incident behind that somebody has to close.
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

            // Of an incident it is the whole fleet: one of its things would be as wrong as any other.
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
