namespace IoTOrleans.Notifications.Slack;

internal static class SlackSettings
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
}
