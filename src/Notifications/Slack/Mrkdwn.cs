namespace IoTOrleans.Notifications.Slack;

/// <summary>Slack's markup. Names and reasons come from devices: none of them may make a link or call a channel together.</summary>
internal static class Mrkdwn
{
    /// <summary>What Discord takes; Slack would take 4,000 well.</summary>
    internal const int Longest = 2000;

    /// <summary>Breaks up <c>@everyone</c>, which Discord obeys in plain text, and shows as nothing.</summary>
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
                '<' => "&lt;",
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
