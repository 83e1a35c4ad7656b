using System.Text.RegularExpressions;
using IoTOrleans.Testing.Http;
using static IoTOrleans.Testing.Services.Demands;

namespace IoTOrleans.Testing.Services;

/// <summary>
/// Slack's incoming webhooks (docs.slack.dev/messaging/sending-messages-using-incoming-webhooks, …/formatting-message-text) and Discord's
/// Slack-compatible ones, as strict as the stricter of the two.
/// </summary>
public static partial class SlackService
{
    public static StubAnswer Answer(RecordedRequest request) => Judge(request, new StubAnswer(200, "ok"), json =>
    {
        OnlyFields(json, "text");
        var text = Text(json, "text", 2000);
        Demand(!text.Contains('<', StringComparison.Ordinal) && !text.Contains('>', StringComparison.Ordinal),
            "an unescaped < or > would be markup");
        Demand(!Ampersand().IsMatch(text), "an unescaped &");
        Demand(!Everyone().IsMatch(text), "it would call everybody together");
    });

    [GeneratedRegex("&(?!amp;|lt;|gt;)")]
    private static partial Regex Ampersand();

    [GeneratedRegex("@(everyone|here|channel)")]
    private static partial Regex Everyone();
}
