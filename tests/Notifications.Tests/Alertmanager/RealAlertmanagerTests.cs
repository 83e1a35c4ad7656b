using IoTOrleans.Grains.Ports;
using IoTOrleans.Testing.Services;
using Microsoft.Extensions.Time.Testing;

namespace IoTOrleans.Notifications.Tests.Alertmanager;

/// <summary>Debian's Alertmanager, on its own clock; a service on its own clock that is a little ahead.</summary>
public sealed class RealAlertmanagerTests
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private readonly FakeTimeProvider _time = new(Now.AddMinutes(1));

    [Fact]
    public async Task An_alert_outlives_resolve_timeout_comes_back_after_a_restart_with_the_next_post_and_ends_with_the_outage()
    {
        await using var alertmanager = await RealAlertmanager.Start();
        await using var destination = Configured.As(
            "alertmanager", _time, settings: [("Url", alertmanager.Address.ToString()), ("Labels:team", "field")]);
        var offline = Sample.Offline with { Since = Now.AddMinutes(-5), DetectedAt = Now };

        (await destination.Send(offline)).Outcome.ShouldBe(DeliveryOutcome.Accepted);
        var first = (await alertmanager.Shown("DeviceOffline")).Single();
        first.GetProperty("labels").GetProperty("team").GetString().ShouldBe("field");
        await alertmanager.Until(() => alertmanager.Paged("firing", offline.ThingName!), "the page");
        await alertmanager.OutlastResolveTimeout();
        (await alertmanager.Shown("DeviceOffline")).Count.ShouldBe(1);

        await alertmanager.Restart();
        (await alertmanager.Shown("DeviceOffline")).ShouldBeEmpty();
        _time.Advance(TimeSpan.FromMinutes(10));
        (await destination.Send(offline with { Duration = TimeSpan.FromMinutes(15) })).Outcome.ShouldBe(DeliveryOutcome.Accepted);
        var again = (await alertmanager.Shown("DeviceOffline")).Single();
        foreach (var same in new[] { "fingerprint", "startsAt" })
            again.GetProperty(same).GetString().ShouldBe(first.GetProperty(same).GetString(), same);
        (again.GetProperty("endsAt").GetDateTimeOffset() - first.GetProperty("endsAt").GetDateTimeOffset())
            .ShouldBe(TimeSpan.FromMinutes(10));
        await alertmanager.OutlastResolveTimeout();
        alertmanager.Paged("resolved", offline.ThingName!).ShouldBeFalse();

        var back = Sample.Recovered with { Since = offline.Since, DetectedAt = Now, RecoveredAt = Now, RecoveryHold = TimeSpan.Zero };
        (await destination.Send(back)).Outcome.ShouldBe(DeliveryOutcome.Accepted);
        (await alertmanager.Shown("DeviceOffline")).ShouldBeEmpty();
        await alertmanager.Until(() => alertmanager.Paged("resolved", offline.ThingName!), "the page that it is over");
    }
}
