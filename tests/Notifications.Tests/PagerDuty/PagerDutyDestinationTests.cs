using System.Text.Json;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Testing.Http;
using IoTOrleans.Testing.Services;

namespace IoTOrleans.Notifications.Tests.PagerDuty;

public sealed class PagerDutyDestinationTests
{
    private const string Key = "0123456789abcdef0123456789abcdef";

    [Fact]
    public async Task Events_are_what_PagerDuty_documents_and_as_recorded()
    {
        await using var pagerDuty = await HttpStub.Start((request, _) => Task.FromResult(PagerDutyService.Answer(request)));
        await using var destination = To(pagerDuty);

        foreach (var notification in new[] { Sample.Offline, Sample.StillOffline, Sample.Recovered })
            (await destination.Send(notification)).ShouldBe(DeliveryAnswer.Accepted("HTTP 202"));

        await pagerDuty.Requests[0].ShouldBe("PagerDuty", "trigger");
        await pagerDuty.Requests[1].ShouldBe("PagerDuty", "trigger-still-offline");
        await pagerDuty.Requests[2].ShouldBe("PagerDuty", "resolve");
        pagerDuty.Requests.Select(DedupKey).Distinct().ShouldBe([Sample.OutageId]);
    }

    [Fact]
    public async Task A_test_is_marked_and_resolved_at_once()
    {
        await using var pagerDuty = await HttpStub.Start((request, _) => Task.FromResult(PagerDutyService.Answer(request)));
        await using var destination = To(pagerDuty, ("Severity", "critical"));

        (await destination.Send(Sample.Offline with { IsTest = true })).ShouldBe(DeliveryAnswer.Accepted("HTTP 202"));

        pagerDuty.Requests.Count.ShouldBe(2);
        await pagerDuty.Requests[0].ShouldBe("PagerDuty", "test-trigger");
        await pagerDuty.Requests[1].ShouldBe("PagerDuty", "resolve");
    }

    [Fact]
    public async Task Many_at_once_are_one_alert_under_the_id_of_the_incident()
    {
        await using var pagerDuty = await HttpStub.Start((request, _) => Task.FromResult(PagerDutyService.Answer(request)));
        await using var destination = To(pagerDuty);

        var larger = Sample.FleetOutage with { Number = 2, Count = 31_300 };
        foreach (var notification in new[] { Sample.FleetOutage, larger, Sample.FleetRecovered })
            (await destination.Send(notification)).ShouldBe(DeliveryAnswer.Accepted("HTTP 202"));

        pagerDuty.Requests.Count.ShouldBe(3);
        await pagerDuty.Requests[0].ShouldBe("PagerDuty", "fleet-trigger");
        await pagerDuty.Requests[2].ShouldBe("PagerDuty", "fleet-resolve");
        pagerDuty.Requests.Select(DedupKey).Distinct().ShouldBe([Sample.FleetOutage.IncidentId]);
    }

    [Fact]
    public async Task An_incident_that_was_over_before_it_could_be_told_is_opened_and_resolved()
    {
        await using var pagerDuty = await HttpStub.Start((request, _) => Task.FromResult(PagerDutyService.Answer(request)));
        await using var destination = To(pagerDuty);

        (await destination.Send(Sample.FleetRecovered with { Number = 1 })).ShouldBe(DeliveryAnswer.Accepted("HTTP 202"));

        pagerDuty.Requests.Count.ShouldBe(2);
        await pagerDuty.Requests[0].ShouldBe("PagerDuty", "fleet-trigger-that-comes-late");
        await pagerDuty.Requests[1].ShouldBe("PagerDuty", "fleet-resolve");
    }

    [Fact]
    public async Task The_longest_name_fits()
    {
        await using var pagerDuty = await HttpStub.Start((request, _) => Task.FromResult(PagerDutyService.Answer(request)));
        await using var destination = To(pagerDuty);
        (await destination.Send(Sample.Offline with { ThingName = new('温', 128) })).Outcome.ShouldBe(DeliveryOutcome.Accepted);
    }

    [Theory]
    [InlineData(400, DeliveryOutcome.Refused)]
    [InlineData(429, DeliveryOutcome.Failed)]
    [InlineData(500, DeliveryOutcome.Failed)]
    public async Task Only_what_PagerDuty_says_to_retry_is_retried(int status, DeliveryOutcome outcome)
    {
        await using var pagerDuty = await HttpStub.Start(new StubAnswer(status));
        await using var destination = To(pagerDuty);
        (await destination.Send(Sample.Offline)).Outcome.ShouldBe(outcome);
    }

    private static Configured To(HttpStub pagerDuty, params (string, string)[] more) =>
        Configured.As("pagerduty", settings: [("Url", pagerDuty.Address + "v2/enqueue"), ("RoutingKey", Key), .. more]);

    private static string? DedupKey(RecordedRequest request)
    {
        using var json = JsonDocument.Parse(request.Body);
        return json.RootElement.GetProperty("dedup_key").GetString();
    }
}
