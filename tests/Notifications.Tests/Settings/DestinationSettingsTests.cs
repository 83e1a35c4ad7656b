using IoTOrleans.Grains.Ports;
using IoTOrleans.Settings;
using IoTOrleans.Notifications.Settings;
using IoTOrleans.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace IoTOrleans.Notifications.Tests.Settings;

public sealed class DestinationSettingsTests
{
    private const string Key = "0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("Type=", "Type is missing: say one of sns, webhook, slack, ntfy, pagerduty, alertmanager, smtp, console.")]
    [InlineData("Type=teams", "Type=teams: say one of sns, webhook, slack, ntfy, pagerduty, alertmanager, smtp, console.")]
    [InlineData("Type=sns", "TopicArn is missing: say the ARN of a topic, like arn:aws:sns:eu-west-1:123456789012:my-topic.")]
    [InlineData("Type=sns;TopicArn=my-topic",
        "TopicArn=my-topic: not the ARN of an SNS topic. It looks like arn:aws:sns:eu-west-1:123456789012:my-topic "
            + "(that of a subscription has one more part at the end: leave it out).")]
    [InlineData("Type=webhook", "Url is missing: say where to post to, for example https://example.net/hooks/iot.")]
    [InlineData("Type=webhook;Url=http://h.example/;Secret=whsec_!",
        "Secret: after whsec_ there must be base64, for example what `openssl rand -base64 32` prints.")]
    [InlineData("Type=webhook;Url=http://h.example/;Headers:Content-Type=x",
        "Headers:Content-Type is not a header that can be set: say a name like Authorization or X-Token.")]
    [InlineData("Type=slack;Url=hooks.slack.com/x", "Url is not an address: say all of it, for example https://example.net/hooks/iot.")]
    [InlineData("Type=slack;Url=https://discord.com/api/webhooks/1/tok",
        "Url is Discord's: add /slack at its end, then Discord understands what Slack does.")]
    [InlineData("Type=ntfy",
        "Topic is missing: say the topic to publish to; on ntfy.sh it is as good as a password, so make it hard to guess.")]
    [InlineData("Type=ntfy;Topic=a b", "Topic must be 1 to 64 letters, digits, '-' and '_'.")]
    [InlineData("Type=ntfy;Topic=a;Url=https://ntfy.sh/a",
        "Url is the server's address without a topic, for example https://ntfy.sh; the topic goes into Topic.")]
    [InlineData("Type=ntfy;Topic=a;Priority=9", "Priority=9: say a whole number from 1 to 5.")]
    [InlineData("Type=pagerduty;RoutingKey=short-s3cret",
        "RoutingKey has 12 characters: say the 32 characters of the Integration Key of an \"Events API v2\" integration.")]
    [InlineData("Type=pagerduty;RoutingKey=" + Key + ";Severity=high", "Severity must be one of critical, error, warning, info.")]
    [InlineData("Type=alertmanager", "Url is missing: say the server's address, for example http://alertmanager:9093.")]
    [InlineData("Type=alertmanager;Url=http://a:9093;KeepAlive=5s", "KeepAlive must be 1m to 6h.")]
    [InlineData("Type=alertmanager;Url=http://a:9093;Labels:my-label=x",
        "Labels:my-label is not a label: say letters, digits and '_', not beginning with a digit.")]
    [InlineData("Type=alertmanager;Url=http://a:9093;Labels:thing_name=x",
        "Labels:thing_name is set by this service; choose another name.")]
    [InlineData("Type=smtp;Host=h;To=a@b.c", "From is missing: say whose name the mails carry, for example iot@example.net.")]
    [InlineData("Type=smtp;Host=h;From=a@b.c",
        "To is missing: say who gets the mails, for example ops@example.net, or several with commas.")]
    [InlineData("Type=smtp;Host=h;From=a@b.c;To=ops", "To=ops: say a mail address, like ops@example.net.")]
    [InlineData("Type=smtp;Host=h;From=a@b.c;To=a@b.c;Username=u", "Username and Password belong together: set both or none.")]
    [InlineData("Type=smtp;Host=h;From=a@b.c;To=a@b.c;Username=u;Password=p;Tls=none",
        "Tls must not be none: that would send the password readable for everybody on the way; say starttls or implicit.")]
    [InlineData("Type=console;RateLimit=fast",
        "RateLimit=fast: is not a rate: say 2/s, 30/m or 1/5s (how many, in which time), or 0 for no limit.")]
    [InlineData("Type=console;SendResolved=no", "SendResolved=no: say true or false.")]
    [InlineData("Type=webhook;Url=http://h.example/;Timeout=2m", "Timeout must be 1s to 50s.")]
    [InlineData("Type=console;DailySummary=9", "DailySummary=9: say a time of day from 00:00 to 23:59, like 09:00, or off.")]
    [InlineData("Type=console;DailySummary=24:00", "DailySummary=24:00: say a time of day from 00:00 to 23:59, like 09:00, or off.")]
    [InlineData("Type=pagerduty;RoutingKey=" + Key + ";DailySummary=09:00",
        "DailySummary must be off or left out: this type keeps alerts, and a list is not an alert.")]
    public void A_mistake_is_one_line_that_names_the_setting_and_the_remedy(string settings, string line)
    {
        var mistake = Should.Throw<StartupException>(() => Configured.Read([.. Pairs(settings)])).Message;
        mistake.ShouldBe("Notifications:Destinations:x:" + line);
        mistake.ShouldNotContain("s3cret");
    }

    [Fact]
    public void Secrets_and_addresses_are_never_repeated()
    {
        var mistake = Should.Throw<StartupException>(() => Configured.ReadAll(
            ("Notifications:Destinations:a:Type", "slack"), ("Notifications:Destinations:a:Url", "hooks.slack.com/services/s3cret"),
            ("Notifications:Destinations:b:Type", "pagerduty"), ("Notifications:Destinations:b:RoutingKey", "s3cret"),
            ("Notifications:Destinations:c:Type", "webhook"), ("Notifications:Destinations:c:Url", "https://me:s3cret@h.example/"),
            ("Notifications:Destinations:d:Type", "ntfy"), ("Notifications:Destinations:d:Topic", "s3cret topic"))).Message;
        mistake.Split(Environment.NewLine).Length.ShouldBe(4, mistake);
        mistake.ShouldNotContain("s3cret");
    }

    [Theory]
    [InlineData("Notifications:Destinations:my mail:Type",
        "Notifications:Destinations:my mail: a destination's name is 1 to 32 of a-z, A-Z, 0-9, '-', '_' and '.', and begins with a "
            + "letter or digit; choose another.")]
    [InlineData("Notifications:Destinations:webhook:Type",
        "Notifications:Destinations:webhook: the short form Notifications:webhook is set, too, and is called the same; "
            + "choose another name.")]
    public void Names_are_short_and_given_once(string key, string line) => Should.Throw<StartupException>(
        () => Configured.ReadAll((key, "console"), ("Notifications:Webhook:Url", "https://h.example/"))).Message.ShouldBe(line);

    [Theory]
    [InlineData("Type=slack;Url=https://hooks.slack.com/services/1", 1, 1, true, 0)]
    [InlineData("Type=slack;Url=https://discord.com/api/webhooks/1/t/slack", 1, 2, true, 0)]
    [InlineData("Type=ntfy;Topic=a", 12, 60, true, 0)]
    [InlineData("Type=pagerduty;RoutingKey=" + Key, 2, 1, false, 0)]
    [InlineData("Type=alertmanager;Url=http://a:9093", null, 0, false, 10)]
    [InlineData("Type=smtp;Host=h;From=a@b.c;To=a@b.c", 1, 1, true, 0)]
    [InlineData("Type=console", null, 0, true, 0)]
    [InlineData("Type=webhook;Url=https://h.example/;RateLimit=1/5s;Collapse=false", 1, 5, false, 0)]
    [InlineData("Type=webhook;Url=https://h.example/;RateLimit=0", null, 0, true, 0)]
    public async Task Terms_are_the_services_own_limits_unless_said_otherwise(
        string settings, int? count, int seconds, bool collapse, int keepAliveMinutes)
    {
        var pairs = Pairs(settings).ToList();
        await using var configured = Configured.As(pairs[0].Value, settings: [.. pairs.Skip(1)]);
        var terms = configured.Destination.Terms;
        terms.RateLimit.ShouldBe(count is null ? null : new RateLimit(count.Value, TimeSpan.FromSeconds(seconds)));
        (terms.Collapse, terms.KeepAlive, terms.SendResolved).ShouldBe((collapse, TimeSpan.FromMinutes(keepAliveMinutes), true));
        terms.AlertPerOutage.ShouldBe(pairs[0].Value is "pagerduty" or "alertmanager");
        configured.Destination.Name.ShouldBe("x");
    }

    [Fact]
    public async Task Each_destination_that_can_gets_a_daily_summary_at_nine_unless_it_or_all_say_otherwise()
    {
        (await Summary("Type=console")).ShouldBe(new TimeOnly(9, 0));
        (await Summary("Type=console;DailySummary=7:30")).ShouldBe(new TimeOnly(7, 30));
        (await Summary("Type=console;DailySummary=OFF")).ShouldBeNull();
        (await Summary("Type=pagerduty;RoutingKey=" + Key)).ShouldBeNull();
        (await Summary("Type=alertmanager;Url=http://a:9093;DailySummary=off")).ShouldBeNull();
        AllSummaries("18:05",
            "Notifications:Webhook:Url=https://h.example/;Notifications:Webhook:DailySummary=off;Notifications:Destinations:x:Type=console")
            .ShouldBe([null, new TimeOnly(18, 5)]);
        AllSummaries("off", "").ShouldBe([null]);
        AllSummaries("00:00", "").ShouldBe([TimeOnly.MinValue]);
        Should.Throw<StartupException>(() => AllSummaries("nine", "")).Message
            .ShouldBe("Notifications:DailySummary=nine: say a time of day from 00:00 to 23:59, like 09:00, or off.");

        static async Task<TimeOnly?> Summary(string settings)
        {
            var pairs = Pairs(settings).ToList();
            await using var configured = Configured.As(pairs[0].Value, settings: [.. pairs.Skip(1)]);
            return configured.Destination.Terms.DailySummary;
        }

        static IEnumerable<TimeOnly?> AllSummaries(string all, string settings)
        {
            var read = Configured.ReadAll([("Notifications:DailySummary", all), .. settings.Length == 0 ? [] : Pairs(settings)]);
            read.Unknown.ShouldBeEmpty();
            using var provider = Configured.Services(read);
            return [.. provider.GetServices<INotificationDestination>().Select(destination => destination.Terms.DailySummary)];
        }
    }

    [Theory]
    [InlineData("2/s", 2, 1)]
    [InlineData("30/m", 30, 60)]
    [InlineData("250/d", 250, 86400)]
    [InlineData("1/1m30s", 1, 90)]
    public void Rates_are_how_many_in_which_time(string text, int count, int seconds)
    {
        Rate.TryParse(text, out var limit).ShouldBeNull();
        limit.ShouldBe(new RateLimit(count, TimeSpan.FromSeconds(seconds)));
    }

    [Theory]
    [InlineData("2")]
    [InlineData("0/s")]
    [InlineData("-1/s")]
    [InlineData("1/0s")]
    [InlineData("1/2d")]
    [InlineData("1.5/s")]
    [InlineData("1/s/s")]
    public void What_is_no_rate_is_refused(string text) => Rate.TryParse(text, out _).ShouldNotBeNull();

    private static IEnumerable<(string Setting, string Value)> Pairs(string settings) =>
        settings.Split(';').Select(pair => pair.Split('=', 2)).Select(pair => (pair[0], pair[1]));

    [Fact]
    public async Task A_rate_that_changes_is_in_the_terms_at_once_and_nothing_else_is()
    {
        var rates = new ChangingOptions<DestinationRates>(new());
        var read = Configured.Read(("Type", "slack"), ("Url", "https://h.example/"), ("SendResolved", "false"));
        read.Destinations[0].RateLimit.ShouldBe(new RateLimit(1, TimeSpan.FromSeconds(1)));
        var services = new ServiceCollection().AddLogging().AddSingleton(Sample.English);
        read.Destinations[0].AddTo(services);
        await using var provider = services.AddSingleton<IOptionsMonitor<DestinationRates>>(rates).BuildServiceProvider();
        var destination = provider.GetRequiredService<INotificationDestination>();
        var before = destination.Terms;

        rates.Change(new() { ByName = new Dictionary<string, RateLimit?> { ["x"] = new(5, TimeSpan.FromSeconds(1)), ["y"] = null } });
        destination.Terms.ShouldBe(before with { RateLimit = new(5, TimeSpan.FromSeconds(1)) });
        rates.Change(new() { ByName = new Dictionary<string, RateLimit?> { ["x"] = null } });
        destination.Terms.ShouldBe(before with { RateLimit = null });
    }
}
