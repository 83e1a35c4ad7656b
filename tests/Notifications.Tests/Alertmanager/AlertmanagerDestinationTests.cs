using System.Text.Json;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Testing.Http;
using IoTOrleans.Testing.Services;
using Microsoft.Extensions.Time.Testing;

namespace IoTOrleans.Notifications.Tests.Alertmanager;

public sealed class AlertmanagerDestinationTests
{
    private readonly FakeTimeProvider _time = new(Sample.Since.AddMinutes(5));

    [Fact]
    public async Task Alerts_are_what_Alertmanager_documents_and_as_recorded()
    {
        var service = new AlertmanagerService(_time);
        await using var stub = await Start(service);
        await using var destination = To(stub, ("Labels:severity", "page"), ("Labels:team", "field"), ("Token", "secret"));

        (await destination.Send(Sample.Offline)).ShouldBe(DeliveryAnswer.Accepted("HTTP 200"));
        service.Firing.ShouldBe(1);
        _time.SetUtcNow(Sample.Back.AddMinutes(1));
        (await destination.Send(Sample.Recovered)).ShouldBe(DeliveryAnswer.Accepted("HTTP 200"));
        service.Firing.ShouldBe(0);

        await stub.Requests[0].ShouldBe("Alertmanager", "firing");
        await stub.Requests[1].ShouldBe("Alertmanager", "resolved");
        stub.Requests.ShouldEachBe(request => request.Headers["Authorization"] == "Bearer secret");
    }

    [Fact]
    public async Task An_alert_that_is_posted_again_lives_on_and_one_that_is_not_lasts_a_day()
    {
        var service = new AlertmanagerService(_time);
        await using var stub = await Start(service);
        await using var destination = To(stub);

        await destination.Send(Sample.Offline);
        _time.Advance(TimeSpan.FromHours(23));
        service.Firing.ShouldBe(1, "no outage of ours looks like a recovery");
        await destination.Send(Sample.Offline with { Duration = TimeSpan.FromHours(23) });
        _time.Advance(TimeSpan.FromHours(23));
        service.Firing.ShouldBe(1);
        _time.Advance(TimeSpan.FromHours(2));
        service.Firing.ShouldBe(0);
    }

    [Fact]
    public async Task A_recovery_at_once_ends_the_alert_though_its_clock_is_behind()
    {
        var behind = new FakeTimeProvider(_time.GetUtcNow().AddSeconds(-90));
        var service = new AlertmanagerService(behind);
        await using var stub = await Start(service);
        await using var destination = To(stub);

        await destination.Send(Sample.Offline);
        _time.Advance(TimeSpan.FromMinutes(10));
        behind.Advance(TimeSpan.FromMinutes(10));
        await destination.Send(Sample.Recovered with { RecoveredAt = _time.GetUtcNow(), RecoveryHold = TimeSpan.Zero });
        service.Firing.ShouldBe(0);
    }

    [Fact]
    public async Task The_end_is_never_before_the_start()
    {
        await using var stub = await Start(new AlertmanagerService(_time));
        await using var destination = To(stub);
        var since = _time.GetUtcNow().AddSeconds(-2);
        (await destination.Send(Sample.Recovered with { Since = since, RecoveredAt = since.AddSeconds(1) })).Outcome.ShouldBe(
            DeliveryOutcome.Accepted);
    }

    [Fact]
    public async Task What_changes_while_an_outage_runs_is_no_label()
    {
        var service = new AlertmanagerService(_time);
        await using var stub = await Start(service);
        await using var destination = To(stub);

        await destination.Send(
            Sample.Offline with { Attributes = new Dictionary<string, string> { ["fw-version 1"] = "1.2", ["場所"] = "家", ["empty"] = "" } });
        _time.SetUtcNow(Sample.Back.AddMinutes(1));
        var bare = Sample.Recovered with { Attributes = new Dictionary<string, string>(), DisconnectReason = null };
        (await destination.Send(bare)).Outcome.ShouldBe(DeliveryOutcome.Accepted);
        service.Firing.ShouldBe(0);
    }

    [Fact]
    public async Task Attributes_whose_names_are_alike_once_cleaned_all_arrive()
    {
        await using var stub = await Start(new AlertmanagerService(_time));
        await using var destination = To(stub);
        var attributes = new Dictionary<string, string>
        {
            ["site.a"] = "dot", ["site-a"] = "dash", ["site_a"] = "exact", ["site_a_2"] = "exact, too", ["場所"] = "家", ["階数"] = "二",
        };

        (await destination.Send(Sample.Offline with { Attributes = attributes })).Outcome.ShouldBe(DeliveryOutcome.Accepted);
        (await destination.Send(Sample.Offline with { Attributes = attributes.Reverse().ToDictionary() })).Outcome.ShouldBe(
            DeliveryOutcome.Accepted);

        Annotations(0).ShouldBe(
        [
            "attribute___=家", "attribute____2=二", "attribute_site_a=exact", "attribute_site_a_2=exact, too", "attribute_site_a_3=dash",
            "attribute_site_a_4=dot",
        ], ignoreOrder: true);
        Annotations(1).ShouldBe(Annotations(0), ignoreOrder: true);

        List<string> Annotations(int request)
        {
            using var json = JsonDocument.Parse(stub.Requests[request].Body);
            return [.. json.RootElement[0].GetProperty("annotations").EnumerateObject()
                .Where(one => one.Name.StartsWith("attribute_", StringComparison.Ordinal))
                .Select(one => $"{one.Name}={one.Value.GetString()}")];
        }
    }

    [Fact]
    public async Task Many_at_once_are_one_alert_until_all_are_back()
    {
        var service = new AlertmanagerService(_time);
        await using var stub = await Start(service);
        await using var destination = To(stub);

        _time.SetUtcNow(Sample.FleetOutage.LastAt.AddSeconds(10));
        (await destination.Send(Sample.FleetOutage)).ShouldBe(DeliveryAnswer.Accepted("HTTP 200"));
        _time.Advance(TimeSpan.FromMinutes(5));
        await destination.Send(
            Sample.FleetOutage with { Number = 2, Count = 31_300, StartedAt = Sample.FleetOutage.StartedAt.AddMinutes(-1) });
        service.Firing.ShouldBe(1);
        _time.SetUtcNow(Sample.FleetRecovered.LastAt.AddMinutes(1));
        (await destination.Send(Sample.FleetRecovered)).ShouldBe(DeliveryAnswer.Accepted("HTTP 200"));
        service.Firing.ShouldBe(0);

        await stub.Requests[0].ShouldBe("Alertmanager", "fleet-firing");
        await stub.Requests[2].ShouldBe("Alertmanager", "fleet-resolved");
    }

    [Fact]
    public async Task An_incident_without_news_lasts_a_week()
    {
        var service = new AlertmanagerService(_time);
        await using var stub = await Start(service);
        await using var destination = To(stub);

        await destination.Send(Sample.FleetOutage);
        _time.Advance(TimeSpan.FromDays(6.9));
        service.Firing.ShouldBe(1);
        _time.Advance(TimeSpan.FromDays(0.2));
        service.Firing.ShouldBe(0);
    }

    [Fact]
    public async Task An_incident_that_was_over_before_it_could_be_told_is_posted_and_resolved()
    {
        var service = new AlertmanagerService(_time);
        await using var stub = await Start(service);
        await using var destination = To(stub);

        _time.SetUtcNow(Sample.FleetRecovered.LastAt.AddMinutes(1));
        (await destination.Send(Sample.FleetRecovered with { Number = 1 })).ShouldBe(DeliveryAnswer.Accepted("HTTP 200"));

        stub.Requests.Count.ShouldBe(2);
        service.Firing.ShouldBe(0);
    }

    [Fact]
    public async Task A_test_ends_by_itself_and_is_marked()
    {
        var service = new AlertmanagerService(_time);
        await using var stub = await Start(service);
        await using var destination = To(stub);

        await destination.Send(Sample.Offline with { IsTest = true });
        service.Firing.ShouldBe(1);
        using var json = JsonDocument.Parse(stub.Requests[0].Body);
        json.RootElement[0].GetProperty("labels").GetProperty("test").GetString().ShouldBe("true");
        _time.Advance(TimeSpan.FromMinutes(5));
        service.Firing.ShouldBe(0);
    }

    private static Task<HttpStub> Start(AlertmanagerService service) =>
        HttpStub.Start((request, _) => Task.FromResult(service.Answer(request)));

    private Configured To(HttpStub stub, params (string, string)[] more) =>
        Configured.As("alertmanager", _time, settings: [("Url", stub.Address.ToString()), .. more]);
}
