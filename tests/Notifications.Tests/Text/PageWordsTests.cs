using IoTOrleans.Grains.Ports;
using IoTOrleans.Notifications.Text;
using IoTOrleans.Testing.Emulators;

namespace IoTOrleans.Notifications.Tests.Text;

/// <summary>A message and the fleet page say the same in the same words. The page's texts are the reference.</summary>
public sealed partial class PageWordsTests
{
    private static readonly string[] Codes =
    [
        "AUTH_ERROR", "CLIENT_INITIATED_DISCONNECT", "CLIENT_ERROR", "CONNECTION_LOST", "DUPLICATE_CLIENTID", "FORBIDDEN_ACCESS",
        "MQTT_KEEP_ALIVE_TIMEOUT", "SERVER_ERROR", "SERVER_INITIATED_DISCONNECT", "API_INITIATED_DISCONNECT", "THROTTLED",
        "WEBSOCKET_TTL_EXPIRATION", "CUSTOMAUTH_TTL_EXPIRATION",
    ];

    public static TheoryData<string, string> Reasons => [.. Codes.SelectMany(code => new[] { (code, "en"), (code, "ja") })];

    [Theory]
    [MemberData(nameof(Reasons))]
    public void Each_reason_of_AWS_is_named_and_explained_as_on_the_page(string code, string culture)
    {
        var page = PageTexts(culture);
        var key = code.Replace("MQTT_", "", StringComparison.Ordinal);
        var (words, hint) = (page[$"reason.{key}"], page.GetValueOrDefault($"hint.{key}"));
        var line = Text(culture).Render(Sample.Offline with { DisconnectReason = code }).Text.Split('\n')
            .Single(line => line.StartsWith(culture == "ja" ? "理由: " : "Reason: ", StringComparison.Ordinal));

        line.ShouldContain($": {words}");
        if (hint is not null) line.ShouldContain(hint);
        line.Length.ShouldBeLessThan("Reason: ".Length + words.Length + (hint?.Length ?? 0) + " - .".Length + 1);
    }

    [Theory]
    [InlineData("en")]
    [InlineData("ja")]
    public void In_an_incident_a_reason_has_the_same_name(string culture)
    {
        var page = PageTexts(culture);
        foreach (var code in Codes.Append("NEVER_SEEN"))
        {
            var outage = Sample.FleetOutage with { Count = 5, Reasons = new Dictionary<string, int> { [code] = 4 } };
            Text(culture).Render(outage).Text
                .ShouldContain(page[$"reason.{code.Replace("MQTT_", "", StringComparison.Ordinal)}"], Case.Insensitive);
        }
    }

    [Theory]
    [InlineData("en")]
    [InlineData("ja")]
    public void A_policy_is_named_as_on_the_page(string culture)
    {
        var page = PageTexts(culture);
        LastLine(Sample.Offline).ShouldContain(page["thing.policy.match"].Replace("{match}", "greenhouse-*", StringComparison.Ordinal));
        LastLine(Sample.Offline with { PolicyMatch = null }).ShouldContain(page["thing.policy.default"]);

        string LastLine(Notification notification) => Text(culture).Render(notification).Text.Split('\n')[^1];
    }

    private static NotificationText Text(string culture) => culture == "ja" ? Sample.Japanese : Sample.English;

    private static Dictionary<string, string> PageTexts(string culture) =>
        File.ReadLines(Path.Combine(RepositoryRoot.Path, "src", "Silo", "Page", "js", $"texts.{culture}.js"))
            .Select(line => Entry().Match(line)).Where(match => match.Success)
            .ToDictionary(match => match.Groups["key"].Value, match => match.Groups["text"].Value);

    [System.Text.RegularExpressions.GeneratedRegex("""^\s*"(?<key>[^"]+)": "(?<text>[^"]*)",$""")]
    private static partial System.Text.RegularExpressions.Regex Entry();
}
