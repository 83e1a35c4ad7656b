using System.Text.RegularExpressions;

namespace IoTOrleans.Notifications.Alertmanager;

internal static partial class AlertmanagerSettings
{
    private static readonly string[] Ours = ["alertname", "thing_name", "outage_id", "incident", "cluster", "region", "test"];

    public static Action<IServiceCollection> Read(DestinationSection section)
    {
        var server = section.Address("say the server's address, for example http://alertmanager:9093");
        var url = new Uri($"{server.GetLeftPart(UriPartial.Path).TrimEnd('/')}/api/v2/alerts");
        var keepAlive = section.Reader.Duration(section.Key("KeepAlive"), TimeSpan.FromMinutes(10));
        if (keepAlive < TimeSpan.FromMinutes(1) || keepAlive > TimeSpan.FromHours(6)) section.Mistake("KeepAlive", "must be 1m to 6h.");

        var (terms, labels) = (section.Terms(rate: "0", collapse: false, keepAlive, lists: false), Labels(section));
        return section.OverHttp(url, terms, (poster, time) => new AlertmanagerDestination(labels, poster, time), section.Text("Token"));
    }

    private static Dictionary<string, string> Labels(DestinationSection section)
    {
        var labels = new Dictionary<string, string> { ["severity"] = "warning" };
        foreach (var label in section.Reader.Items(section.Key("Labels")))
        {
            if (section.Text($"Labels:{label}") is not { } value) continue;
            if (!Label().IsMatch(label))
                section.Mistake($"Labels:{label}", "is no label: say letters, digits and '_', not beginning with a digit.");
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
