using IoTOrleans.Notifications.Http;

namespace IoTOrleans.Notifications.Heartbeat;

/// <summary><c>Notifications:Heartbeat:…</c></summary>
public sealed class HeartbeatSettings
{
    private const string Section = "Notifications:Heartbeat";

    private HeartbeatSettings(HttpMethod method, FileSecret token, HttpTarget ping, HttpTarget? fail) =>
        (Method, Token, Ping, Fail) = (method, token, ping, fail);

    internal HttpMethod Method { get; }

    internal FileSecret Token { get; }

    internal HttpTarget Ping { get; }

    internal HttpTarget? Fail { get; }

    /// <returns>Null: none is set up, or it is wrong.</returns>
    public static HeartbeatSettings? From(SettingsReader reader)
    {
        var section = new DestinationSection(reader, Section, "heartbeat");
        var (address, failAddress) = (section.Text("Url"), section.Text("FailUrl"));
        var (method, token) = (reader.Choice($"{Section}:Method", Methods.Get), section.FileSecret("BearerToken"));
        var (url, failUrl) = (section.Parse("Url", address), section.Parse("FailUrl", failAddress));
        if (address is null)
        {
            string[] others = ["Method", "BearerToken", "BearerTokenFile", "FailUrl"];
            foreach (var other in others.Where(name => section.Text(name) is not null))
                section.Mistake(other, $"is set, but {Section}:Url is not: set that, too, or leave both out.");
        }

        return url is null ? null : new(
            method == Methods.Post ? HttpMethod.Post : HttpMethod.Get, token, Target("Url", url),
            failUrl is null ? null : Target("FailUrl", failUrl));

        HttpTarget Target(string setting, Uri to)
        {
            section.Secrets.AddUrl(to);
            return new($"{Section}:{setting}", to, new Dictionary<string, string>(), DestinationSection.Timeout, section.Secrets);
        }
    }

    private enum Methods
    {
        Get,
        Post,
    }
}
