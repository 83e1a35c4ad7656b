using System.Globalization;
using System.Text;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Notifications.Sns;
using IoTOrleans.Notifications.Text;
using IoTOrleans.Testing.Emulators;
using IoTOrleans.Testing.Http;
using IoTOrleans.Testing.Smtp;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace IoTOrleans.Notifications.Tests;

/// <summary>
/// All that each destination is sent, byte for byte, of every message there is; <c>UPDATE_GOLDEN=true</c> writes the files anew, and then a
/// person reads the difference.
/// </summary>
public sealed class EveryMessageTests
{
    private static readonly FakeTimeProvider Time = new(Sample.Back.AddHours(1));

    private static readonly (string Name, Func<INotificationDestination, CancellationToken, Task<DeliveryAnswer>> Send)[] Messages =
    [
        One("offline", Sample.Offline),
        One("offline with a long and odd name",
            Sample.Offline with { ThingName = "a\r\n温室 \\\"<@x>\u202E" + new string('n', 300), DisconnectReason = null }),
        One("offline that comes late", Sample.Offline with { RecoveredAt = Sample.Back, Duration = Sample.Back - Sample.Since }),
        One("still offline", Sample.StillOffline),
        One("recovered", Sample.Recovered),
        One("flapping", Sample.Flapping),
        One("steady", Sample.Steady),
        One("watcher blind", Sample.Blind),
        One("watcher ok", Sample.Blind with { Event = NotificationEvent.WatcherOk, RecoveredAt = Sample.Back }),
        One("removed", Sample.Offline with { Event = NotificationEvent.DeviceRemoved, RecoveryHold = TimeSpan.FromMinutes(1) }),
        One("never seen", Sample.NeverSeen),
        One("seen", Sample.Seen),
        One("test", Sample.Offline with { IsTest = true, RecoveryHold = TimeSpan.FromMinutes(1) }),
        One("offline, and two others", Sample.Offline with { Fleet = Sample.Three }),
        One("still offline, and two others", Sample.StillOffline with { Fleet = Sample.Three }),
        One("recovered, and two others are offline", Sample.Recovered with { Fleet = new(2, 101) }),
        Many("fleet outage", Sample.FleetOutage),
        Many("fleet outage, an update", Sample.FleetOutage with { Number = 2, Back = 12_345, Removed = 3, Joined = 2, Growing = false }),
        Many("fleet recovered", Sample.FleetRecovered),
        Many("fleet recovered before it was told", Sample.FleetRecovered with { Number = 1 }),
        Many("fleet recovered, returns only", Sample.FleetRecovered with { Number = 1, OnlyReturns = true }),
        Many("fleet recovered, all removed", Sample.FleetRecovered with { Back = 0, Removed = 31_204 }),
        ("summary", (destination, cancel) => destination.Send(Sample.Summary, cancel)),
    ];

    [Theory]
    [InlineData("webhook", "Secret=s;Headers:X-Team=field")]
    [InlineData("slack", "")]
    [InlineData("ntfy", "Topic=greenhouse;Priority=5;Token=t")]
    [InlineData("pagerduty", "RoutingKey=0123456789abcdef0123456789abcdef;Severity=critical")]
    [InlineData("alertmanager", "Labels:team=field")]
    public async Task A_service_is_posted_these_requests(string kind, string settings)
    {
        await using var stub = await HttpStub.Start(new StubAnswer(200));
        foreach (var text in new[] { Sample.English, Sample.Japanese })
        {
            await using var configured = Configured.As(
                kind, Time, text,
                [.. Pairs(settings), ("Url", stub.Address.ToString().TrimEnd('/') + (kind is "ntfy" or "alertmanager" ? "" : "/hook"))]);
            await Check(kind, text, configured.Destination, () => stub.Requests.Select(Written));
        }
    }

    [Theory]
    [InlineData("sns", null)]
    [InlineData("sns.fifo", true)]
    public async Task A_topic_is_published_this(string kind, bool? ascii)
    {
        var topic = "arn:aws:sns:eu-west-1:123456789012:ops" + kind["sns".Length..];
        await using var stub = await HttpStub.Start(
            StubAnswer.Xml(200, "<PublishResponse><PublishResult><MessageId>m-1</MessageId></PublishResult></PublishResponse>"));
        foreach (var text in new[] { Sample.English, Sample.Japanese })
        {
            var options = new SnsOptions { TopicArn = topic, AsciiSubject = ascii };
            var sns = new SnsDestination(options, ThinClients.Sns(stub.Address), Time, NullLogger<SnsDestination>.Instance);
            var destination = new RenderedDestination("sns", DestinationTerms.Default, text, sns);

            // The long part is the same for both kinds of topic.
            await Check(kind, text, destination, () => stub.Requests.Select(request => string.Join('\n', request.Form()
                .Where(pair => pair.Key != "Message" || topic.EndsWith(".fifo", StringComparison.Ordinal))
                .OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"))));
        }
    }

    [Theory]
    [InlineData("smtp", "")]
    [InlineData("smtp.ascii", "true")]
    public async Task A_mail_server_is_given_these_mails(string kind, string ascii)
    {
        await using var server = new SmtpStub();
        foreach (var text in new[] { Sample.English, Sample.Japanese })
        {
            await using var configured = Configured.As("smtp", Time, text,
            [
                ("Host", "127.0.0.1"), ("Port", server.Port.ToString(CultureInfo.InvariantCulture)), ("Tls", "none"),
                ("From", "IoT <iot@example.net>"), ("To", "ops@example.net"), ("Notifications:AsciiSubject", ascii),
            ]);
            await Check(kind, text, configured.Destination, () => server.Mails.Select(mail => mail.Data.ReplaceLineEndings("\n")));
        }
    }

    private static async Task Check(
        string kind, NotificationText text, INotificationDestination destination, Func<IEnumerable<string>> sent)
    {
        var cancel = TestContext.Current.CancellationToken;
        var written = new StringBuilder();
        var before = sent().Count();
        foreach (var (name, send) in Messages)
        {
            var answer = await send(destination, cancel);
            written.Append(CultureInfo.InvariantCulture, $"######## {name}: {answer.Outcome}\n");
            foreach (var one in sent().Skip(before)) written.Append(one.Replace("\r", "<CR>", StringComparison.Ordinal)).Append("\n\n");
            before = sent().Count();
        }

        var file = Path.Combine(
            RepositoryRoot.Path, "tests", "Notifications.Tests", "Sent", $"{kind}.{(text.IsJapanese ? "ja" : "en")}.txt");
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "true") await File.WriteAllTextAsync(file, written.ToString(), cancel);
        written.ToString().ShouldBe(await File.ReadAllTextAsync(file, cancel));
    }

    /// <summary>All but what names the connection.</summary>
    private static string Written(RecordedRequest request) =>
        $"{request.Method} {request.Target}\n"
        + string.Concat(request.Headers.Where(header => header.Key is not ("Host" or "Content-Length" or "traceparent"))
            .OrderBy(header => header.Key, StringComparer.Ordinal).Select(header => $"{header.Key}: {header.Value}\n"))
        + $"\n{request.Text}";

    private static (string, Func<INotificationDestination, CancellationToken, Task<DeliveryAnswer>>) One(
        string name, Notification notification) =>
        (name, (destination, cancel) => destination.Send(notification, cancel));

    private static (string, Func<INotificationDestination, CancellationToken, Task<DeliveryAnswer>>) Many(
        string name, FleetNotification notification) =>
        (name, (destination, cancel) => destination.Send(notification, cancel));

    private static IEnumerable<(string, string)> Pairs(string settings) =>
        settings.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)).Select(pair => (pair[0], pair[1]));
}
