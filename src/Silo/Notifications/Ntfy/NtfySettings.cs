using System.Text.RegularExpressions;
using IoTOrleans.Silo.Hosting.Settings.Destinations;
using IoTOrleans.Silo.Notifications.Http;

namespace IoTOrleans.Silo.Notifications.Ntfy;

internal static partial class NtfySettings
{
    public static Action<IServiceCollection> Read(DestinationSection section)
    {
        var topic = section.Required("Topic", "say the topic to publish to; on ntfy.sh it is as good as a password, so make it hard to guess");
        if (topic.Length > 0 && !Topic().IsMatch(topic)) section.Mistake("Topic", "must be 1 to 64 letters, digits, '-' and '_'.");

        var url = section.Address("", "https://ntfy.sh");
        if (url.AbsolutePath != "/") section.Mistake("Url", "is the server's address without a topic, for example https://ntfy.sh; the topic goes into Topic.");

        // A full bucket of 60, and a request more every 5 s.
        var options = new NtfyOptions(section.Name, section.Terms(rate: "12/m"), topic, section.Reader.Number(section.Key("Priority"), 4, 1, 5));
        var target = section.Target(url, section.Text("Token"));
        return services => services.AddHttpDestination(target, (poster, text, _) => new NtfyDestination(options, poster, text));
    }

    [GeneratedRegex(@"\A[-_A-Za-z0-9]{1,64}\z")]
    private static partial Regex Topic();
}
