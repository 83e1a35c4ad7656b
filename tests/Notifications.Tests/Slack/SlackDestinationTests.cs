using System.Text.Json;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Notifications.Text;
using IoTOrleans.Testing.Http;
using IoTOrleans.Testing.Services;

namespace IoTOrleans.Notifications.Tests.Slack;

public sealed class SlackDestinationTests
{
    [Fact]
    public async Task Messages_are_what_Slack_documents_and_as_recorded()
    {
        await using var slack = await HttpStub.Start((request, _) => Task.FromResult(SlackService.Answer(request)));
        await using var english = To(slack);
        await using var japanese = Configured.As("slack", null, Sample.Japanese, ("Url", slack.Address + "services/T0/B0/xyz"));

        foreach (var notification in new[] { Sample.Offline, Sample.StillOffline, Sample.Recovered })
            (await english.Send(notification)).ShouldBe(DeliveryAnswer.Accepted("HTTP 200"));
        (await japanese.Send(Sample.Offline)).Outcome.ShouldBe(DeliveryOutcome.Accepted);

        slack.Requests.ShouldEachBe(request => request.Path == "/services/T0/B0/xyz");
        await slack.Requests[0].ShouldBe("Slack", "offline");
        await slack.Requests[1].ShouldBe("Slack", "still-offline");
        await slack.Requests[2].ShouldBe("Slack", "recovered");
        await slack.Requests[3].ShouldBe("Slack", "offline.ja");
    }

    [Fact]
    public async Task Many_at_once_are_one_message()
    {
        await using var slack = await HttpStub.Start((request, _) => Task.FromResult(SlackService.Answer(request)));
        await using var destination = To(slack);

        foreach (var notification in new[] { Sample.FleetOutage, Sample.FleetRecovered })
            (await destination.Send(notification)).ShouldBe(DeliveryAnswer.Accepted("HTTP 200"));
        (await destination.Send(Sample.FleetOutage with { Things = [.. Enumerable.Repeat("<!channel> @everyone", 20)] }))
            .ShouldBe(DeliveryAnswer.Accepted("HTTP 200"));

        await slack.Requests[0].ShouldBe("Slack", "fleet-outage");
        await slack.Requests[1].ShouldBe("Slack", "fleet-recovered");
    }

    [Theory]
    [InlineData("<!channel> & <@U123> <https://evil.example|click>")]
    [InlineData("@everyone @here @channel")]
    [InlineData("&lt;!channel&gt;")]
    public async Task A_thing_name_calls_nobody_together_and_makes_no_link(string thingName)
    {
        await using var slack = await HttpStub.Start((request, _) => Task.FromResult(SlackService.Answer(request)));
        await using var destination = To(slack);

        (await destination.Send(Sample.Offline with { ThingName = thingName })).ShouldBe(DeliveryAnswer.Accepted("HTTP 200"));

        Text(slack).Replace("\u200B", "", StringComparison.Ordinal)
            .ShouldContain(LinkFree.Of(thingName).Replace("&", "&amp;", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_too_long_is_cut_and_no_entity_with_it()
    {
        await using var slack = await HttpStub.Start((request, _) => Task.FromResult(SlackService.Answer(request)));
        await using var destination = To(slack);
        var attributes = new Dictionary<string, string> { ["x"] = new('&', 1500) };

        (await destination.Send(Sample.Offline with { Attributes = attributes })).ShouldBe(DeliveryAnswer.Accepted("HTTP 200"));

        Text(slack).Length.ShouldBeInRange(1900, 2000);
        Text(slack).ShouldEndWith("&amp;…");
    }

    [Theory]
    [InlineData(403, "action_prohibited", DeliveryOutcome.Refused)]
    [InlineData(404, "channel_not_found", DeliveryOutcome.Refused)]
    [InlineData(410, "channel_is_archived", DeliveryOutcome.Refused)]
    [InlineData(500, "rollup_error", DeliveryOutcome.Failed)]
    public async Task What_Slack_says_of_it_is_quoted(int status, string said, DeliveryOutcome outcome)
    {
        await using var slack = await HttpStub.Start(new StubAnswer(status, said));
        await using var destination = To(slack);
        (await destination.Send(Sample.Offline)).ShouldBe(new DeliveryAnswer(outcome, $"HTTP {status}: {said}"));
    }

    [Fact]
    public async Task Too_many_requests_says_how_long_to_wait()
    {
        await using var slack = await HttpStub.Start(
            new StubAnswer(429) { Headers = new Dictionary<string, string> { ["Retry-After"] = "30" } });
        await using var destination = To(slack);
        (await destination.Send(Sample.Offline)).ShouldBe(DeliveryAnswer.Failed("HTTP 429") with { RetryAfter = TimeSpan.FromSeconds(30) });
    }

    private static Configured To(HttpStub slack) => Configured.As("slack", settings: ("Url", slack.Address + "services/T0/B0/xyz"));

    private static string Text(HttpStub slack)
    {
        using var json = JsonDocument.Parse(slack.Requests[0].Body);
        return json.RootElement.GetProperty("text").GetString()!;
    }
}
