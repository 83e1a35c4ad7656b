using System.Text.RegularExpressions;
using CsCheck;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Notifications.Slack;
using IoTOrleans.Notifications.Text;

namespace IoTOrleans.Notifications.Tests.Text;

/// <summary>
/// Names, reasons and attributes make no link and call nobody, whatever shows the text. The patterns here are what the programs of the
/// receivers look for, each a little wider than documented.
/// </summary>
public sealed partial class LinkTests
{
    /// <summary>Without a link of ours.</summary>
    private static readonly NotificationText[] Languages =
        [Sample.Text("en", externalUrl: null), Sample.Text("ja", externalUrl: null)];

    private static readonly string[] Pieces =
    [
        "http://", "https://", "HTTPS://", "ftp://", "tg://", "evil.test", "evil", ".test", "test", "www.", "WWW.", "/x", "a@b.test",
        "@", "mailto:", "tel:", "javascript:", "x:", "://", ":", "/", "\\\\", "\\", "[", "]", "](", "(", ")", "<", ">", "|", "!", "#",
        "&", "&lt;", "@everyone", "@here", "<!channel>", "<@U1>", "<#1>", "<t:0:R>", "</cmd:1>", "10.0.0.1", "10.", "0", ".", "..",
        "\u200b", "\u00ad", "\n",
        "xn--p1ai", ".рф", "пример", "。", "💩.la", "*", "_", "~", "`", " ", "a", "é", "e\u0301", "\ud800", "\u202e", ",", "?q=1", "%2e",
    ];

    private static readonly Gen<string> Hostile = Gen.Frequency(
        (4, Gen.OneOf(Pieces).Array[0, 12].Select(string.Concat)), (1, Gen.OneOf(Pieces).Array[12, 60].Select(string.Concat)),
        (1, Gen.String));

    public static TheoryData<string> Names =>
    [
        "[Click to acknowledge](http://evil.test/x)", "http://evil.test", "https://evil.test/a?b=c", "evil.test/x", "www.evil.test",
        "ops@evil.test", "<http://evil.test|x>", "<http://evil.test>", "tg://resolve?domain=x", "mailto:ops@evil.test", "10.0.0.1/x",
        "пример.рф", @"\\evil\share", "mailto:](http://evil.test)", "[a](mailto:(x)", "[x]:http://evil.test", "💩.la", "xn--a.xn--p1ai",
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_name_that_is_a_link_is_none_in_a_text(string name) => Check(name, name, name, name);

    [Fact]
    public void Nothing_that_comes_from_a_device_is_a_link_in_a_text() =>
        Gen.Select(Hostile, Hostile, Hostile, Hostile).Sample(Check, iter: 1000);

    [Theory]
    [InlineData("greenhouse-3")]
    [InlineData("fw 1.2.3")]
    [InlineData("a:b")]
    [InlineData("arn:aws:iot:eu-west-1:1:thing/x")]
    [InlineData("温室。北")]
    [InlineData("site/1")]
    [InlineData("a (b) [c]")]
    [InlineData("3.5 V...")]
    public void A_name_that_is_no_link_stays_as_it_is(string name) =>
        Languages[0].Render(Sample.Offline with { ThingName = name }).Subject.ShouldContain($"] {name} since");

    [Theory]
    [InlineData("pump.north", "pump[.]north")]
    [InlineData("http://evil.test", "http[:]//evil[.]test")]
    [InlineData("[Click](http://evil.test/x)", "[Click] (http[:]//evil[.]test/x)")]
    [InlineData("10.0.0.1", "10[.]0.0.1")]
    public void What_would_be_a_link_can_still_be_read_and_copied(string name, string shown) =>
        Languages[0].Render(Sample.Offline with { ThingName = name }).Subject.ShouldContain($"] {shown} since");

    [Fact]
    public void Programs_get_the_exact_name()
    {
        const string name = "[Click](http://evil.test/x)";
        var message = Languages[0].Render(Sample.Offline with { ThingName = name, DisconnectReason = name });
        using var json = System.Text.Json.JsonDocument.Parse(message.Json);
        json.RootElement.GetProperty("thingName").GetString().ShouldBe(name);
        json.RootElement.GetProperty("disconnectReason").GetString().ShouldBe(name);
        json.RootElement.GetProperty("text").GetString()!.ShouldNotContain(name);
    }

    [Fact]
    public void The_link_of_ours_stays_one() => Sample.English.Render(Sample.Offline with { ThingName = "a.test" }).Text
        .ShouldContain("Look: https://watch.example.net/?thing=a.test");

    private static void Check(string name, string reason, string key, string value)
    {
        var refused = Sample.Refused.Refused! with { Reason = reason };
        Notification[] single =
        [
            Sample.Offline with
            {
                ThingName = name, DisconnectReason = reason, Refused = refused, PolicyMatch = name,
                Attributes = new Dictionary<string, string> { [key] = value },
            },
            Sample.StillOffline with { ThingName = name }, Sample.Recovered with { ThingName = name },
            Sample.Flapping with { ThingName = name }, Sample.Steady with { ThingName = name }, Sample.NeverSeen with { ThingName = name },
        ];
        var many = Sample.FleetOutage with
        {
            Things = [name, value, name], Reasons = new Dictionary<string, int> { [reason] = 30_000 },
            Attributes = new Dictionary<string, int> { [$"{key}={value}"] = 30_000 },
        };
        var list = Sample.Summary with
        {
            Things = [Sample.Summary.Things[0] with { ThingName = name }],
            Flakiest = [Sample.Summary.Flakiest[0] with { ThingName = value }],
        };
        foreach (var text in Languages)
        {
            OutgoingMessage[] messages =
                [.. single.Select(text.Render), text.Render(many), text.Render(many with { Number = 2, Joined = 1 }), text.Render(list)];
            foreach (var message in messages)
            {
                foreach (var shown in new[] { message.Text, message.Subject, message.ShortSubject(99, true), message.ShortSubject(60) })
                    ShouldMakeNoLink(shown);
                ShouldCallNobody(Mrkdwn.Of(message.Subject, message.Text));
            }
        }
    }

    private static void ShouldMakeNoLink(string text)
    {
        Regex[] links = [AnyScheme(), Www(), Domain(), IpAddress(), Mail(), Markdown(), SchemeAlone(), Share()];
        foreach (var link in links)
            link.IsMatch(text).ShouldBeFalse($"{link} in {text}");
    }

    /// <summary>As Slack reads it, and as Discord and Mattermost do, to whom it may come with the entities resolved.</summary>
    private static void ShouldCallNobody(string mrkdwn)
    {
        ShouldMakeNoLink(mrkdwn);
        mrkdwn.ShouldNotContain('<');
        mrkdwn.ShouldNotContain('>');
        var resolved = mrkdwn.Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal)
            .Replace("&amp;", "&", StringComparison.Ordinal);
        ShouldMakeNoLink(resolved);
        AngleBrackets().IsMatch(resolved).ShouldBeFalse(resolved);
        Mention().IsMatch(resolved).ShouldBeFalse(resolved);
    }

    /// <summary>Slack, ntfy's web app, Telegram, mail programs.</summary>
    [GeneratedRegex(@"[a-zA-Z][a-zA-Z0-9+.\-]*://\S")]
    private static partial Regex AnyScheme();

    /// <summary>GitHub's Markdown, Mattermost, mail programs.</summary>
    [GeneratedRegex(@"www\.[^\s.]", RegexOptions.IgnoreCase)]
    private static partial Regex Www();

    /// <summary>Android's WEB_URL (ntfy), Gmail, Telegram: a label, a dot, something like a top-level domain.</summary>
    [GeneratedRegex(@"[^\s.\[\]]\.(?:xn--|[\p{L}\p{M}]{2})")]
    private static partial Regex Domain();

    [GeneratedRegex(@"(?<!\d)\d{1,3}(?:\.\d{1,3}){3}(?!\d)")]
    private static partial Regex IpAddress();

    [GeneratedRegex(@"[^\s@<>]@[\w\-]+(?:\.[\w\-]+)*\.\p{L}")]
    private static partial Regex Mail();

    /// <summary>Discord, Mattermost: an inline link.</summary>
    [GeneratedRegex(@"\]\(")]
    private static partial Regex Markdown();

    /// <summary>Markdown, where it is read: Mattermost, Discord.</summary>
    [GeneratedRegex(@"<[a-zA-Z][a-zA-Z0-9+.\-]{1,31}:[^\s<>]*>")]
    private static partial Regex AngleBrackets();

    /// <summary>Outlook, iOS.</summary>
    [GeneratedRegex(@"(?<![\w])(?:mailto|tel|sms|sip|skype|javascript):\S", RegexOptions.IgnoreCase)]
    private static partial Regex SchemeAlone();

    /// <summary>Outlook: a Windows share.</summary>
    [GeneratedRegex(@"\\\\\S")]
    private static partial Regex Share();

    [GeneratedRegex(@"@(?:everyone|here|channel|all)|<[@#!/:a-zA-Z]")]
    private static partial Regex Mention();
}
