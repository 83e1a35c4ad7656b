using IoTOrleans.Grains.Dispatch;
using IoTOrleans.Grains.Incidents;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Watching;
using IoTOrleans.Silo.Api.Fleet;
using IoTOrleans.Silo.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Api.Fleet;

/// <summary>Whether what the page shows can be trusted: nothing is "ok" of which nobody knows.</summary>
public sealed class FleetWatcherTests : IDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero));
    private readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();
    private readonly HealthCheckService _health = Substitute.For<HealthCheckService>();
    private readonly ISiloReportsGrain _reports = Substitute.For<ISiloReportsGrain>();
    private readonly FleetWatcher _watcher;

    public FleetWatcherTests()
    {
        var grains = Substitute.For<IGrainFactory>();
        grains.GetGrain<ISiloReportsGrain>(0).Returns(_reports);
        var settings = Configured.ReadAll(("Storage:Provider", "Memory"), ("Events:Mqtt:Listen:Port", "0"));
        Storage(HealthStatus.Healthy);
        Reports(accepted: null);
        _watcher = new(
            settings, new IncidentReader([], grains, Options.Create(new IncidentOptions())), grains, Substitute.For<IIngestProgress>(),
            _services, _health, _time);
    }

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task After_a_quiet_time_the_first_one_who_looks_sees_what_is_now()
    {
        (await Look()).Destinations.Single().State.ShouldBe(DestinationState.Idle);
        var answer = new TaskCompletionSource<ClusterReport>();
        _reports.Read().Returns(answer.Task);
        _time.Advance(TimeSpan.FromMinutes(10));
        var looking = Look();
        looking.IsCompleted.ShouldBeFalse("the answer of ten minutes ago is no answer");
        answer.SetResult(Accepted(_time.GetUtcNow()));
        (await looking).Destinations.Single().State.ShouldBe(DestinationState.Ok);
    }

    [Fact]
    public async Task While_somebody_looks_nobody_waits_for_what_does_not_answer()
    {
        await Look();
        _reports.Read().Returns(new TaskCompletionSource<ClusterReport>().Task);
        _time.Advance(FleetWatcher.Every);
        await Look();
    }

    [Fact]
    public async Task What_cannot_be_read_is_not_known_after_a_while()
    {
        Reports(accepted: _time.GetUtcNow());
        (await Look()).Destinations.Single().State.ShouldBe(DestinationState.Ok);
        _reports.Read().Returns(Task.FromException<ClusterReport>(new TimeoutException()));
        _time.Advance(FleetWatcher.Lasts / 2);
        (await Look()).Destinations.Single().State.ShouldBe(DestinationState.Ok, "one missing answer says little");
        _time.Advance(FleetWatcher.Lasts);
        var watch = await Look();
        watch.Destinations.Single().State.ShouldBe(DestinationState.Unknown);
        watch.HeldVerdicts.ShouldBeNull();
        watch.Storage.ShouldBe(StorageState.Ok, "it answers");

        Reports(accepted: _time.GetUtcNow());
        _time.Advance(FleetWatcher.Every * 4);
        (await Look()).Destinations.Single().State.ShouldBe(DestinationState.Ok);
    }

    [Fact]
    public async Task Without_a_queue_all_is_seen_until_the_numbers_were_read_but_not_while_storage_fails()
    {
        (await Look()).SeenUntil.ShouldBe(AsOf);
        Storage(HealthStatus.Unhealthy);
        _time.Advance(TimeSpan.FromMinutes(1));
        var watch = await Look();
        (watch.SeenUntil, watch.Storage).ShouldBe((null, StorageState.Failing));
    }

    [Fact]
    public async Task Storage_that_is_not_asked_is_not_ok()
    {
        await Look();
        _health.CheckHealthAsync(null, default).ReturnsForAnyArgs(Task.FromException<HealthReport>(new TimeoutException()));
        _time.Advance(FleetWatcher.Lasts * 2);
        (await Look()).Storage.ShouldBe(StorageState.Failing);
    }

    private DateTimeOffset AsOf => _time.GetUtcNow() - TimeSpan.FromSeconds(1);

    private async Task<WatcherBody> Look()
    {
        await _watcher.Refresh(Cancel).WaitAsync(TimeSpan.FromSeconds(20), Cancel);
        return _watcher.Watch(AsOf);
    }

    private void Reports(DateTimeOffset? accepted) => _reports.Read().Returns(Accepted(accepted));

    private static ClusterReport Accepted(DateTimeOffset? at) => new(0, [new DestinationReport("console", at, null, null)]);

    private void Storage(HealthStatus status) => _health.CheckHealthAsync(null, default).ReturnsForAnyArgs(
        new HealthReport(new Dictionary<string, HealthReportEntry>(), status, TimeSpan.Zero));
}
