using System.Text.Json;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Testing.Http;
using IoTOrleans.Testing.Services;
using IoTOrleans.Testing.Smtp;

namespace IoTOrleans.Notifications.Tests;

/// <summary>The daily list through each destination that takes one (SNS: SnsMessageTests).</summary>
public sealed class SummaryDestinationsTests
{
    [Fact]
    public async Task A_webhook_gets_the_machine_body_under_the_id_of_the_list()
    {
        await using var stub = await HttpStub.Start(new StubAnswer(204));
        await using var hook = Configured.As("webhook", settings: [("Url", stub.Address.ToString())]);
        (await hook.Send(Sample.Summary)).Outcome.ShouldBe(DeliveryOutcome.Accepted);
        var sent = stub.Requests.ShouldHaveSingleItem();
        sent.Headers["webhook-id"].ShouldBe(Sample.Summary.Id);
        sent.Text.ShouldBe(Sample.English.Render(Sample.Summary).Json);
    }

    [Fact]
    public async Task Ntfy_takes_it_and_no_phone_rings()
    {
        await using var ntfy = await HttpStub.Start((request, _) => Task.FromResult(NtfyService.Answer(request)));
        await using var push = Configured.As(
            "ntfy", settings: [("Url", ntfy.Address.ToString()), ("Topic", "greenhouse"), ("Priority", "5")]);
        (await push.Send(Sample.Summary)).Outcome.ShouldBe(DeliveryOutcome.Accepted);
        using var message = JsonDocument.Parse(ntfy.Requests[0].Text);
        message.RootElement.GetProperty("title").GetString().ShouldBe(Sample.English.Render(Sample.Summary).Subject);
        message.RootElement.GetProperty("message").GetString().ShouldBe(Sample.English.Render(Sample.Summary).Text);
        message.RootElement.GetProperty("priority").GetInt32().ShouldBe(3);
    }

    [Fact]
    public async Task Slack_shows_as_much_of_a_long_one_as_fits()
    {
        await using var stub = await HttpStub.Start(new StubAnswer(200));
        await using var chat = Configured.As("slack", settings: [("Url", stub.Address.ToString())]);
        var many = Enumerable.Range(0, 200).Select(i => Sample.Summary.Things[0] with { ThingName = $"door-{i}" });
        (await chat.Send(Sample.Summary with { Count = 200, Things = [.. many] })).Outcome.ShouldBe(DeliveryOutcome.Accepted);
        using var message = JsonDocument.Parse(stub.Requests[0].Text);
        var text = message.RootElement.GetProperty("text").GetString()!;
        text.ShouldStartWith("*[DAILY] 200 offline");
        text.Length.ShouldBeInRange(1900, 2000);
    }

    [Fact]
    public async Task A_mail_of_it_has_the_same_message_id_in_every_repeat()
    {
        await using var server = new SmtpStub();
        await using var mail = Configured.As("smtp", settings:
            [("Host", "127.0.0.1"), ("Port", $"{server.Port}"), ("Tls", "none"), ("From", "iot@example.net"), ("To", "ops@example.net")]);
        (await mail.Send(Sample.Summary)).Outcome.ShouldBe(DeliveryOutcome.Accepted);
        (await mail.Send(Sample.Summary)).Outcome.ShouldBe(DeliveryOutcome.Accepted);
        foreach (var received in server.Mails) received.Data.ShouldContain($"<{Sample.Summary.Id}@example.net>");
        server.Mails.Count.ShouldBe(2);
    }

    [Fact]
    public async Task What_keeps_alerts_takes_none()
    {
        await using var page = Configured.As("pagerduty", settings: [("RoutingKey", "0123456789abcdef0123456789abcdef")]);
        (await page.Send(Sample.Summary)).Outcome.ShouldBe(DeliveryOutcome.Refused);
    }
}
