using IoTOrleans.Notifications.Http;

namespace IoTOrleans.Notifications.Alertmanager;

/// <summary>One alert for each outage, posted again while it runs: Alertmanager keeps alerts only in memory, and until their end.</summary>
/// <param name="labels">Added to every alert, for routing.</param>
internal sealed partial class AlertmanagerDestination(
    IReadOnlyDictionary<string, string> labels, HttpPoster poster, TimeProvider time) : IDestination
{
    private static readonly string[] Ours = ["alertname", "thing_name", "outage_id", "incident", "cluster", "region", "test"];

    public static Action<IServiceCollection> Read(DestinationSection section)
    {
        var server = section.Address("say the server's address, for example http://alertmanager:9093");
        var url = new Uri($"{server.GetLeftPart(UriPartial.Path).TrimEnd('/')}/api/v2/alerts");
        var keepAlive = section.Reader.Duration(section.Key("KeepAlive"), TimeSpan.FromMinutes(10));
        if (keepAlive < TimeSpan.FromMinutes(1) || keepAlive > TimeSpan.FromHours(6)) section.Mistake("KeepAlive", "must be 1m to 6h.");

        var (terms, labels) = (section.Terms(rate: "0", collapse: false, keepAlive, lists: false), Labels(section));
        return section.OverHttp(url, terms, (poster, time) => new AlertmanagerDestination(labels, poster, time), section.Secret("Token"));
    }

    public async Task<DeliveryAnswer> Send(OutgoingMessage message, CancellationToken cancellationToken)
    {
        if (message.IsAlsoStart)
        {
            // Alertmanager sends no end of an alert that it does not know.
            var answer = await Post(message, ends: false, cancellationToken);
            if (answer.Outcome != DeliveryOutcome.Accepted) return answer;
        }

        return await Post(message, message.IsEnd, cancellationToken);
    }

    private Task<DeliveryAnswer> Post(OutgoingMessage message, bool ends, CancellationToken cancellationToken) =>
        poster.Post(AlertmanagerAlert.Of(message, ends, labels, time.GetUtcNow()), cancellationToken);

    private static Dictionary<string, string> Labels(DestinationSection section)
    {
        var labels = new Dictionary<string, string> { ["severity"] = "warning" };
        foreach (var label in section.Reader.Items(section.Key("Labels")))
        {
            if (section.Text($"Labels:{label}") is not { } value) continue;
            if (!Label().IsMatch(label))
                section.Mistake($"Labels:{label}", "is not a label: say letters, digits and '_', not beginning with a digit.");
            else if (Ours.Contains(label))
                section.Mistake($"Labels:{label}", "is set by this service; choose another name.");
            else
                labels[label] = value;
        }

        return labels;
    }

    [GeneratedRegex(@"\A[a-zA-Z_][a-zA-Z0-9_]*\z")]
    private static partial Regex Label();
}
