using System.Diagnostics.Metrics;
using Amazon.DynamoDBv2.Model;
using IoTOrleans.Contracts;
using IoTOrleans.DynamoDB.Client;
using IoTOrleans.Events;
using IoTOrleans.Grains.Fleet;
using IoTOrleans.Grains.Observing;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Silo.Hosting.Settings;
using IoTOrleans.Silo.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace IoTOrleans.Silo.Tests.Telemetry;

/// <summary>Telemetry without the service: every instrument measures once, also those that need AWS or bad luck.</summary>
public sealed class EverythingMeasured : IAsyncLifetime
{
    private readonly MeterListener _listener = new();
    private WebApplication _app = null!;

    internal List<Instrument> Instruments { get; } = [];

    internal HttpClient Http { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.AddTelemetry(new(Sends: false, ThingNames: false, LogFormat.Lines));
        _app = builder.Build();
        _app.MapMetrics();
        await _app.StartAsync();
        Http = new() { BaseAddress = new Uri(_app.Urls.Single()) };

        var meters = _app.Services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, _) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, meters) && instrument.Name.StartsWith("iot_orleans.", StringComparison.Ordinal))
                Instruments.Add(instrument);
        };
        _listener.Start();
        Measure(meters);
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        Http.Dispose();
        await _app.DisposeAsync();
    }

    private static void Measure(IMeterFactory meters)
    {
        foreach (var events in new[] { new EventMetrics(meters), new EventMetrics(meters, "errors") })
        {
            events.QueueReceived(2);
            events.QueueTaken();
            events.QueueRefused(RefusalReason.NotJson);
            events.QueueFailed();
            events.QueueDeleted(1);
            events.ObserveQueue(() => 1, () => false, () => TimeSpan.FromSeconds(1));
            events.ObserveWatermark(() => TimeSpan.FromSeconds(1));
            events.RuleFailed(EventSource.Queue);
        }

        var metrics = new EventMetrics(meters);
        metrics.HttpTaken(1);
        metrics.HttpBusy();
        metrics.HttpTurnedAway("limit");
        metrics.BrokerChanges(EventMetrics.Collapsed);
        metrics.BrokerOpened();
        metrics.BrokerRefused("limit");
        metrics.ConnectFailures("counted");
        metrics.ObserveMemory(() => 0.5);

        var grains = new GrainMetrics(meters);
        grains.Decided(PresenceReason.GraceStarted);
        grains.Suppressed(PresenceReason.CameBackInGrace);
        grains.Answered("console", "device.offline", DeliveryOutcome.Accepted);
        grains.Accepted("console", "device.offline", TimeSpan.FromSeconds(0.3));
        grains.Audited(PresenceReason.AuditConfirmed);
        grains.Healed();
        grains.IncidentOpened("console");
        grains.IncidentsOpen("console", 1);
        grains.Blind(TimeSpan.Zero);
        grains.Fleet(new FleetCounts { Complete = true, Total = 1, Connected = 1 });
        grains.ObserveDeferred(() => 1);
        grains.ObserveRest(new Dictionary<string, Func<TimeSpan>> { ["console"] = () => TimeSpan.Zero });

        _ = new StorageMetrics(meters, TimeProvider.System, StorageProvider.Sqlite).Measure("read", () => Task.FromResult(1));

        var tables = new DynamoDBMetrics(meters.Create(DynamoDBMetrics.MeterName));
        tables.Consumed("State", "GetItem", new GetItemResponse { ConsumedCapacity = new() { CapacityUnits = 0.5 } });
        tables.Failed("State", "GetItem", Fault.Throttled);
        tables.ConditionFailed("State", "PutItem");
        tables.ItemWritten("State", new() { ["a"] = new() { S = "b" } });
    }
}
