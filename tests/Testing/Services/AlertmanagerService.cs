using System.Text.Json;
using System.Text.RegularExpressions;
using IoTOrleans.Testing.Http;
using static IoTOrleans.Testing.Services.Demands;

namespace IoTOrleans.Testing.Services;

/// <summary>
/// prometheus.io/docs/alerting/latest/alerts_api, and what Alertmanager does with alerts: one for each set of labels, the earliest
/// start, the latest end unless the newest post has ended already.
/// </summary>
public sealed partial class AlertmanagerService(TimeProvider time)
{
    private readonly Dictionary<string, (DateTimeOffset Start, DateTimeOffset End)> _alerts = [];
    private readonly Lock _guard = new();

    /// <summary>Alerts that have not come to their end by this server's clock.</summary>
    public int Firing
    {
        get
        {
            lock (_guard) return _alerts.Values.Count(alert => alert.End > time.GetUtcNow());
        }
    }

    /// <summary>Alertmanager keeps alerts in memory only.</summary>
    public void Restart()
    {
        lock (_guard) _alerts.Clear();
    }

    public StubAnswer Answer(RecordedRequest request) => Judge(request, new StubAnswer(200), json =>
    {
        Demand(request.Path == "/api/v2/alerts", $"nothing at {request.Path}");
        foreach (var alert in json.EnumerateArray()) Take(alert);
    });

    private void Take(JsonElement alert)
    {
        OnlyFields(alert, "labels", "annotations", "startsAt", "endsAt", "generatorURL");
        var labels = alert.GetProperty("labels");
        Text(labels, "alertname", 1000);
        CheckNames(labels);
        CheckNames(alert.GetProperty("annotations"));
        if (alert.TryGetProperty("generatorURL", out var url)) Link(url.GetString()!);

        var (start, end) = (Time(alert, "startsAt"), Time(alert, "endsAt"));
        Demand(end >= start, "start time must be before end time");
        var key = string.Join(
            ',', labels.EnumerateObject().OrderBy(l => l.Name, StringComparer.Ordinal).Select(l => $"{l.Name}={l.Value.GetString()}"));
        lock (_guard)
        {
            if (_alerts.TryGetValue(key, out var known) && end > known.Start && start < known.End)
            {
                if (known.Start < start) start = known.Start;
                var now = time.GetUtcNow();
                if (known.End > end && (end > now || known.End <= now)) end = known.End;
            }

            _alerts[key] = (start, end);
        }
    }

    private static void CheckNames(JsonElement set)
    {
        foreach (var pair in set.EnumerateObject())
        {
            Demand(Name().IsMatch(pair.Name), $"invalid label name {pair.Name}");
            Demand(pair.Value.GetString()!.Length > 0, $"{pair.Name} is empty, which is as good as missing");
        }
    }

    [GeneratedRegex(@"\A[a-zA-Z_][a-zA-Z0-9_]*\z")]
    private static partial Regex Name();
}
