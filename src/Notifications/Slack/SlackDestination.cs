using IoTOrleans.Notifications.Http;

namespace IoTOrleans.Notifications.Slack;

/// <summary>An incoming webhook of Slack, of Mattermost, or of Discord (its address with <c>/slack</c> at the end).</summary>
internal sealed class SlackDestination(HttpPoster poster) : IDestination
{
    public static Action<IServiceCollection> Read(DestinationSection section)
    {
        var url = section.Address("say the address of the incoming webhook, all of it, like https://hooks.slack.com/services/T…/B…/…");
        var isDiscord = url.Host is "discord.com" or "discordapp.com";
        if (isDiscord && !url.AbsolutePath.EndsWith("/slack", StringComparison.Ordinal))
            section.Mistake("Url", "is Discord's: add /slack at its end, then Discord understands what Slack does.");

        // Slack: one message a second. Discord: 30 a minute for each channel.
        return section.OverHttp(url, section.Terms(rate: isDiscord ? "1/2s" : "1/s"), (poster, _) => new SlackDestination(poster));
    }

    public Task<DeliveryAnswer> Send(OutgoingMessage message, CancellationToken cancellationToken) =>
        poster.Post(new { Text = Mrkdwn.Of(message.Subject, message.Text) }, cancellationToken);
}

/// <summary>Slack's markup for a text in which nothing of a device is a link (<see cref="Text.LinkFree"/>). It mentions nobody.</summary>
internal static class Mrkdwn
{
    /// <summary>Discord's limit; Slack's is 4,000.</summary>
    internal const int Longest = 2000;

    /// <summary>
    /// Breaks up <c>@everyone</c>, which Discord obeys in plain text, and what it makes of <c>&lt;#</c> or <c>&lt;t:</c>. It is invisible.
    /// </summary>
    private const string ZeroWidthSpace = "\u200B";

    public static string Of(string title, string body)
    {
        var text = new StringBuilder("*");
        Append(text, title, Longest / 2);
        text.Append("*\n");
        Append(text, body, Longest);
        return text.ToString();
    }

    private static void Append(StringBuilder text, string raw, int longest)
    {
        foreach (var rune in raw.EnumerateRunes())
        {
            var piece = rune.Value switch
            {
                '&' => "&amp;",
                '<' => "&lt;" + ZeroWidthSpace,
                '>' => "&gt;",
                '@' => "@" + ZeroWidthSpace,
                _ => rune.ToString(),
            };
            if (text.Length + piece.Length >= longest)
            {
                text.Append('…');
                return;
            }

            text.Append(piece);
        }
    }
}
