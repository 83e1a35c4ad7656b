using System.Text.Json;
using IoTOrleans.Testing.Http;
using static IoTOrleans.Testing.Services.Demands;

namespace IoTOrleans.Testing.Services;

/// <summary>developer.pagerduty.com/docs/send-alert-event (Events API v2).</summary>
public static class PagerDutyService
{
    private static readonly string[] Severities = ["critical", "error", "warning", "info"];

    public static StubAnswer Answer(RecordedRequest request) => Judge(
        request,
        StubAnswer.Json(202, """{"status":"success","message":"Event processed"}"""),
        json =>
        {
            Demand(request.Body.Length <= 512 * 1024, "payloads are limited to 512 KB");
            OnlyFields(json, "routing_key", "event_action", "dedup_key", "payload", "links", "client", "client_url");
            Demand(Text(json, "routing_key", 32).Length == 32, "routing_key has 32 characters");
            Text(json, "dedup_key", 255);
            var action = Text(json, "event_action", 20);
            Demand(action is "trigger" or "resolve" or "acknowledge", $"event_action {action}");
            if (action == "trigger") CheckPayload(json.GetProperty("payload"));
            if (!json.TryGetProperty("links", out var links)) return;
            foreach (var link in links.EnumerateArray()) Link(Text(link, "href", 2000));
        });

    private static void CheckPayload(JsonElement payload)
    {
        OnlyFields(payload, "summary", "source", "severity", "timestamp", "component", "group", "class", "custom_details");
        Text(payload, "summary", 1024);
        Text(payload, "source", 1024);
        Demand(Severities.Contains(Text(payload, "severity", 20)), "severity is critical, error, warning or info");
        Time(payload, "timestamp");
        Demand(payload.GetProperty("custom_details").ValueKind == JsonValueKind.Object, "custom_details is an object");
    }
}
