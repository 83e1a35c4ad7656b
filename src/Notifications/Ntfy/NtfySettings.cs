using System.Text.RegularExpressions;

namespace IoTOrleans.Notifications.Ntfy;

internal static partial class NtfySettings
{
    public static Action<IServiceCollection> Read(DestinationSection section)
    {
        var topic = section.Required(
            "Topic", "say the topic to publish to; on ntfy.sh it is as good as a password, so make it hard to guess");
        if (topic.Length > 0 && !Topic().IsMatch(topic)) section.Mistake("Topic", "must be 1 to 64 letters, digits, '-' and '_'.");

        var url = section.Address("", "https://ntfy.sh");
        if (url.AbsolutePath != "/")
            section.Mistake("Url", "is the server's address without a topic, for example https://ntfy.sh; the topic goes into Topic.");

        // A full bucket of 60, and a request more every 5 s.
        var (terms, priority) = (section.Terms(rate: "12/m"), section.Reader.Number(section.Key("Priority"), 4, 1, 5));
        return section.OverHttp(url, terms, (poster, _) => new NtfyDestination(topic, priority, poster), section.Text("Token"));
    }

    [GeneratedRegex(@"\A[-_A-Za-z0-9]{1,64}\z")]
    private static partial Regex Topic();
}
