using IoTOrleans.Contracts;
using IoTOrleans.Grains.Devices;
using IoTOrleans.Grains.Dispatch;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.State;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Orleans.Core.Internal;
using Orleans.Runtime;

namespace IoTOrleans.DynamoDB.Tests.Cluster;

/// <summary>What a thing costs: the device grain, Orleans' reminder service and our tables together, on virtual time.</summary>
public sealed class UnitsTests : TestWithTables
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero));
    private Cloud _cloud = null!;
    private IHost _silo = null!;
    private string _thing = "rpi-1";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _cloud = new Cloud(Tables);
        _silo = await _cloud.StartSilo(_time);
    }

    public override async ValueTask DisposeAsync()
    {
        await _cloud.DisposeAsync();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task A_cycle_in_grace_is_4_write_units_and_at_most_3_read_units_cold()
    {
        await Report(true);
        await Sleep();
        await Advance(60);

        var drop = await Counted(() => Report(false));
        await Sleep();
        await Advance(60);
        var back = await Counted(() => Report(true));

        (drop.Written + back.Written).ShouldBe(4, Tables.Units.ToString());
        (drop.Read + back.Read).ShouldBeLessThanOrEqualTo(3);
        _cloud.Mail.Accepted.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_told_outage_with_recovery_is_9_write_units()
    {
        await Report(true);
        await Advance(60);

        var cycle = await Counted(async () =>
        {
            await Report(false);
            await Until(() => _cloud.Mail.Accepted.Count == 1);
            await Advance(60);
            await Report(true);
            await Until(() => _cloud.Mail.Accepted.Count == 2);
            await Advance(60);
        });

        cycle.Written.ShouldBe(9, Tables.Units.ToString());
        _cloud.Mail.Accepted.Select(notification => notification.Event.Name()).ShouldBe(["device.offline", "device.recovered"]);
        (await _silo.Services.GetRequiredService<IReminderTable>().ReadRows(0, 0)).Reminders.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_stored_item_of_a_busy_thing_is_one_write_unit()
    {
        _thing = new string('x', 40);
        await Lifecycle(true, 100_000);
        for (var round = 0; round < 6; round++)
        {
            await Advance(60);
            await Lifecycle(false, 100_000 + round);
            if (round % 2 == 0) await Until(() => Told == round + 1);
            await Advance(30);
            await Lifecycle(true, 100_001 + round);
            if (round % 2 == 0) await Until(() => Told == round + 2);
        }

        var item = (await Tables.Items(TableSchema.GrainState)).ShouldHaveSingleItem();
        var sizes = Tables.Units.ItemSizes("GrainState").ToList();
        sizes.Max().ShouldBeLessThanOrEqualTo(1024);
        sizes.Max().ShouldBeGreaterThan(500, "it is busy");
        System.Text.Json.JsonSerializer.Deserialize<DeviceState>(item["data"].S, DeviceStateJson.Options)!.Ring.Count
            .ShouldBeGreaterThan(4);
    }

    private Task<PresenceReason> Report(bool connected) =>
        Report(new ConnectionChange(connected, ChangeKind.Time, EventSource.Queue, _time.GetUtcNow(), _time.GetUtcNow()));

    private Task<PresenceReason> Lifecycle(bool connected, long number) => Report(
        new ConnectionChange(connected, ChangeKind.Lifecycle, EventSource.Queue, _time.GetUtcNow(), _time.GetUtcNow())
        {
            Number = number, SessionIdentifier = $"00000000-0000-0000-0000-000000{number}",
            DisconnectReason = connected ? null : "MQTT_KEEP_ALIVE_TIMEOUT",
        });

    private Task<PresenceReason> Report(ConnectionChange change) => Grain.Report(change);

    /// <summary>
    /// Without repeats: while a write takes long, virtual time may run past the minute after which a request counts as lost.
    /// </summary>
    private int Told => _cloud.Mail.Accepted.DistinctBy(notification => notification.Key).Count();

    private IDeviceGrain Grain => _silo.Services.GetRequiredService<IGrainFactory>().GetGrain<IDeviceGrain>(_thing);

    /// <summary>The activation ends, as after 15 quiet minutes; what it had in memory is gone.</summary>
    private async Task Sleep() => await Grain.AsReference<IGrainManagementExtension>().DeactivateOnIdle();

    private async Task<(double Written, double Read)> Counted(Func<Task> work)
    {
        Tables.Units.Forget();
        await work();
        return (Tables.Units.Written, Tables.Units.Read);
    }

    /// <summary>Advances second by second, and after each second waits until its effects are done.</summary>
    private async Task Advance(int seconds)
    {
        for (var second = 0; second < seconds; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Rest();
        }
    }

    /// <summary>
    /// Waits in real time, at most 30 s, until nothing is in a queue and the grain has answered a request. Twice, because an answer may
    /// cause the next request.
    /// </summary>
    private async Task Rest()
    {
        var queues = _silo.Services;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        for (var round = 0; round < 2; round++)
        {
            while (queues.GetRequiredService<DestinationSender>().Pending > 0 || queues.GetRequiredService<VerificationQueue>().Pending > 0)
            {
                patience.Token.ThrowIfCancellationRequested();
                await Task.Yield();
            }

            // Unlike a status, this call waits for its turn. Else virtual time would go on while the grain still writes.
            await _silo.Services.GetRequiredService<IGrainFactory>().GetGrain<IDeviceAnswers>(_thing)
                .Answered("none", NotificationEvent.DeviceOffline, 0, "nobody", DeliveryAnswer.Accepted());
        }
    }

    private async Task Until(Func<bool> condition)
    {
        for (var second = 0; second < 1200 && !condition(); second++) await Advance(1);
        condition().ShouldBeTrue();
        await Advance(1);
    }
}
