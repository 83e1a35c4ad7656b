using System.Text;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Testing.Smtp;
using Microsoft.Extensions.Time.Testing;
using MimeKit;

namespace IoTOrleans.Notifications.Tests.Smtp;

public sealed class SmtpDestinationTests
{
    [Fact]
    public async Task A_mail_says_what_happened_to_everybody_named()
    {
        await using var server = new SmtpStub();
        await using var destination = To(server, ("To", "ops@example.net, Night Shift <night@example.net>"));

        (await destination.Send(Sample.Offline)).ShouldBe(DeliveryAnswer.Accepted("2.0.0 queued as 12345"));

        var received = server.Mails.ShouldHaveSingleItem();
        (received.From, string.Join(' ', received.To)).ShouldBe(("iot@example.net", "ops@example.net night@example.net"));
        var mail = Parse(received);
        mail.From.ToString().ShouldBe("\"IoT\" <iot@example.net>");
        mail.To.ToString().ShouldBe("ops@example.net, \"Night Shift\" <night@example.net>");
        mail.Subject.ShouldBe(Sample.English.Render(Sample.Offline).Subject);
        mail.TextBody!.TrimEnd().ReplaceLineEndings("\n").ShouldBe(Sample.English.Render(Sample.Offline).Text);
        mail.MessageId.ShouldBe($"{Sample.OutageId}.device.offline@example.net");
        mail.Headers[HeaderId.AutoSubmitted].ShouldBe("auto-generated");
    }

    [Fact]
    public async Task Japanese_arrives_readable_and_travels_in_seven_bits()
    {
        await using var server = new SmtpStub();
        await using var destination = Configured.As("smtp", null, Sample.Japanese, [.. Settings(server)]);

        (await destination.Send(Sample.Offline)).Outcome.ShouldBe(DeliveryOutcome.Accepted);

        var received = server.Mails.ShouldHaveSingleItem();
        received.Data.ShouldEachBe(c => c <= '~');
        Parse(received).Subject.ShouldBe(Sample.Japanese.Render(Sample.Offline).Subject);
        Parse(received).TextBody!.TrimEnd().ReplaceLineEndings("\n").ShouldBe(Sample.Japanese.Render(Sample.Offline).Text);
    }

    [Fact]
    public async Task A_thing_name_adds_no_header_and_no_recipient()
    {
        await using var server = new SmtpStub();
        await using var destination = To(server);

        (await destination.Send(Sample.Offline with { ThingName = "x\r\nBcc: evil@example.org\r\n.\r\nQUIT" })).Outcome.ShouldBe(
            DeliveryOutcome.Accepted);

        var mail = Parse(server.Mails.ShouldHaveSingleItem());
        mail.Bcc.ShouldBeEmpty();
        server.Mails[0].To.ShouldBe(["ops@example.net"]);
    }

    [Fact]
    public async Task Mails_of_one_outage_are_one_conversation_and_a_repeat_has_the_same_id()
    {
        await using var server = new SmtpStub();
        await using var destination = To(server);
        foreach (var notification in new[] { Sample.Offline, Sample.StillOffline, Sample.Recovered, Sample.Recovered })
            await destination.Send(notification);

        var mails = server.Mails.Select(Parse).ToList();
        mails.Skip(1).ShouldEachBe(mail => mail.InReplyTo == mails[0].MessageId);
        mails.Select(mail => mail.MessageId).Distinct().Count().ShouldBe(3);
    }

    [Fact]
    public async Task Mails_of_one_incident_are_one_conversation()
    {
        await using var server = new SmtpStub();
        await using var destination = To(server);
        foreach (var notification in new[] { Sample.FleetOutage, Sample.FleetOutage with { Number = 2 }, Sample.FleetRecovered })
            (await destination.Send(notification)).Outcome.ShouldBe(DeliveryOutcome.Accepted);

        var mails = server.Mails.Select(Parse).ToList();
        mails[0].Subject.ShouldBe(Sample.English.Render(Sample.FleetOutage).Subject);
        mails[0].TextBody!.TrimEnd().ReplaceLineEndings("\n").ShouldBe(Sample.English.Render(Sample.FleetOutage).Text);
        mails[0].Headers["X-IoTOrleans-Event"].ShouldBe("fleet.outage");
        mails[0].InReplyTo.ShouldBeNull();
        mails.Skip(1).ShouldEachBe(mail => mail.InReplyTo == mails[0].MessageId);
        mails.Select(mail => mail.MessageId).ShouldBe(
            new[] { "fleet.outage", "fleet.outage.2", "fleet.recovered" }
                .Select(told => $"{Sample.FleetOutage.IncidentId}.{told}@example.net"));
    }

    [Theory]
    [InlineData("MAIL", "451 4.3.0 try later", DeliveryOutcome.Failed)]
    [InlineData("MAIL", "553 5.1.8 not your domain", DeliveryOutcome.Refused)]
    [InlineData("RCPT", "450 4.2.1 greylisted", DeliveryOutcome.Failed)]
    [InlineData("RCPT", "550 5.1.1 no such user", DeliveryOutcome.Refused)]
    [InlineData("DATA", "452 4.3.1 disk full", DeliveryOutcome.Failed)]
    [InlineData(".", "554 5.7.1 looks like spam", DeliveryOutcome.Refused)]
    [InlineData("CONNECT", "421 4.7.0 too many connections", DeliveryOutcome.Failed)]
    public async Task Fours_are_tried_again_soon_and_fives_are_a_persons_to_mend(string command, string answer, DeliveryOutcome outcome)
    {
        await using var server = new SmtpStub(line => line.StartsWith(command, StringComparison.Ordinal) ? answer : null);
        await using var destination = To(server);
        var said = await destination.Send(Sample.Offline);
        said.Outcome.ShouldBe(outcome, said.Detail);
        server.Mails.Count.ShouldBe(command == "." ? 1 : 0);
    }

    [Fact]
    public async Task One_address_that_does_not_exist_keeps_the_mail_from_nobody_else_and_is_named()
    {
        await using var server = new SmtpStub(line => line.Contains("gone@", StringComparison.Ordinal) ? "550 5.1.1 no such user" : null);
        await using var destination = To(server, ("To", "gone@example.net,ops@example.net"));

        var answer = await destination.Send(Sample.Offline);

        answer.Outcome.ShouldBe(DeliveryOutcome.Accepted);
        answer.Detail.ShouldNotBeNull()
            .ShouldContain("not for gone@example.net (550 5.1.1 no such user): look at Notifications:Destinations:x:To");
        server.Mails.ShouldHaveSingleItem().To.ShouldBe(["ops@example.net"]);
    }

    [Fact]
    public async Task One_address_that_is_busy_has_the_whole_mail_tried_again()
    {
        await using var server = new SmtpStub(line => line.Contains("busy@", StringComparison.Ordinal) ? "450 4.2.1 greylisted" : null);
        await using var destination = To(server, ("To", "busy@example.net,ops@example.net"));
        (await destination.Send(Sample.Offline)).Outcome.ShouldBe(DeliveryOutcome.Failed);
        server.Mails.ShouldBeEmpty();
    }

    [Fact]
    public async Task It_says_who_it_is_where_the_server_asks()
    {
        await using var server = new SmtpStub(null, "AUTH PLAIN");
        await using var destination = To(server, ("Username", "iot"), ("Password", "pässword"));

        (await destination.Send(Sample.Offline)).Outcome.ShouldBe(DeliveryOutcome.Accepted);

        server.Commands.ShouldContain("AUTH PLAIN " + Convert.ToBase64String(Encoding.UTF8.GetBytes("\0iot\0pässword")));
    }

    [Fact]
    public async Task A_wrong_password_names_the_settings_and_not_the_password()
    {
        await using var server = new SmtpStub(
            line => line.StartsWith("AUTH", StringComparison.Ordinal) ? "535 5.7.8 no" : null, "AUTH PLAIN");
        await using var destination = To(server, ("Username", "iot"), ("Password", "s3cret-word"));

        var answer = await destination.Send(Sample.Offline);

        answer.Outcome.ShouldBe(DeliveryOutcome.Refused);
        answer.Detail.ShouldNotBeNull().ShouldContain("Notifications:Destinations:x:Password");
        answer.Detail.ShouldNotContain("s3cret-word");
    }

    [Fact]
    public async Task Without_the_encryption_that_was_asked_for_nothing_is_sent()
    {
        await using var server = new SmtpStub();
        await using var destination = To(server, ("Tls", "starttls"));

        var answer = await destination.Send(Sample.Offline);

        answer.Outcome.ShouldBe(DeliveryOutcome.Refused);
        answer.Detail.ShouldNotBeNull().ShouldContain("Notifications:Destinations:x:Tls");
        server.Mails.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_server_that_is_not_TLS_after_STARTTLS_gets_no_mail()
    {
        await using var server = new SmtpStub(line => line == "STARTTLS" ? "220 2.0.0 ready" : null, "STARTTLS");
        await using var destination = To(server, ("Tls", "starttls"));

        var answer = await destination.Send(Sample.Offline);

        answer.Outcome.ShouldBe(DeliveryOutcome.Failed, answer.Detail);
        server.Mails.ShouldBeEmpty();
        server.Commands.ShouldNotContain(command => command.StartsWith("MAIL", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Silence_is_a_failure_when_the_time_is_over()
    {
        var time = new FakeTimeProvider(Sample.Since);
        var asked = new TaskCompletionSource();
        await using var server = new SmtpStub(line =>
        {
            if (line != ".") return null;
            asked.TrySetResult();
            return "SILENCE";
        });
        await using var destination = Configured.As("smtp", time, settings: [.. Settings(server)]);

        var sending = destination.Send(Sample.Offline);
        await asked.Task;
        time.Advance(TimeSpan.FromSeconds(15));

        (await sending).ShouldBe(DeliveryAnswer.Failed($"127.0.0.1:{server.Port} did not answer within 15 s."));
    }

    private static Configured To(SmtpStub server, params (string Setting, string Value)[] more) => Configured.As(
        "smtp", settings: [.. Settings(server).Where(pair => more.All(m => m.Setting != pair.Setting)), .. more]);

    private static IEnumerable<(string Setting, string Value)> Settings(SmtpStub server) =>
    [
        ("Host", "127.0.0.1"),
        ("Port", server.Port.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        ("Tls", "none"),
        ("From", "IoT <iot@example.net>"),
        ("To", "ops@example.net"),
    ];

    private static MimeMessage Parse(ReceivedMail mail) => MimeMessage.Load(new MemoryStream(Encoding.Latin1.GetBytes(mail.Data)));
}
