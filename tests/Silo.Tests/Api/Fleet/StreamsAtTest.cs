using System.Diagnostics.Metrics;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Dispatch;
using IoTOrleans.Grains.Fleet;
using IoTOrleans.Grains.Incidents;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Watching;
using IoTOrleans.Silo.Api.Access;
using IoTOrleans.Silo.Api.Fleet;
using IoTOrleans.Silo.Hosting.Settings;
using IoTOrleans.Silo.Tests.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;

namespace IoTOrleans.Silo.Tests.Api.Fleet;

/// <summary>The streams of a silo beside a fleet that the test makes up, without a server, on a clock that the test moves.</summary>
internal sealed partial class StreamsAtTest : IAsyncDisposable
{
    internal static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly IHostApplicationLifetime _lifetime = Substitute.For<IHostApplicationLifetime>();
    private readonly CancellationTokenSource _stopping = new();
    private readonly string _keys = Path.GetTempFileName();
    private readonly List<Reader> _readers = [];
    private FleetFeed _feed = null!;
    private FleetStreams _streams = null!;
    private int _reads;

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero));

    public SourceFleet Source { get; } = new(mostListed: 1000, mostLogged: 5000);

    public int Reads => Volatile.Read(ref _reads);

    /// <summary>The fleet grain does not answer.</summary>
    public bool Fails { get; set; }

    /// <summary>The open ones of the destination <c>mail</c>.</summary>
    public IReadOnlyList<FleetNotification> Incidents { get; set; } = [];

    /// <summary>What <c>GET /fleet</c> answers.</summary>
    public async Task<FleetCopy> Read() => await _feed.Read(CancellationToken.None);

    public Task Start()
    {
        _lifetime.ApplicationStopping.Returns(_stopping.Token);
        var grains = Substitute.For<IGrainFactory>();
        grains.GetGrain<IFleetGrain>(0).Returns(new Grain(this));
        grains.GetGrain<ISiloReportsGrain>(0).Returns(new Reports());
        var dispatcher = Substitute.For<IDispatcherGrain>();
        dispatcher.OpenIncidents().Returns(_ => Incidents);
        grains.GetGrain<IDispatcherGrain>("mail").Returns(dispatcher);
        var mail = Substitute.For<INotificationDestination>();
        mail.Name.Returns("mail");
        foreach (var name in Enumerable.Range(0, 5).Select(i => $"thing {i}"))
        {
            var device = Substitute.For<IDeviceGrain>();
            device.GetStatus().Returns(_ => Told(() => Source.Things.GetValueOrDefault(name)));
            grains.GetGrain<IDeviceGrain>(name).Returns(device);
        }

        File.WriteAllText(_keys, "0123456789abcdef");
        var settings = Configured.ReadAll(("Storage:Provider", "Memory"), ("Events:Mqtt:Listen:Port", "0"), ("Auth:ApiKeyFile", _keys));
        var health = Substitute.For<HealthCheckService>();
        health.CheckHealthAsync(null, default).ReturnsForAnyArgs(
            new HealthReport(new Dictionary<string, HealthReportEntry>(), TimeSpan.Zero));
        var watcher = new FleetWatcher(
            settings, new IncidentReader([mail], grains, Options.Create(new IncidentOptions())), grains, Substitute.For<IIngestProgress>(),
            _services, health, Time);
        _feed = new(new FleetReader(grains), watcher, Time, NullLogger<FleetFeed>.Instance);
        _streams = new(
            _feed, new WatchedThings(grains, Time), settings.Auth, new KeyRing(settings.Auth, Time, NullLogger<KeyRing>.Instance),
            new IoTOrleans.Events.EventMetrics(_services.GetRequiredService<IMeterFactory>()), _lifetime, Time);
        return _feed.StartAsync(CancellationToken.None);
    }

    public void Stop() => _stopping.Cancel();

    public void Key(string key) => File.WriteAllText(_keys, key);

    public Reader Open(params string[] watch) => Open(reads: true, watch: watch);

    public Reader Open(bool reads = true, string? key = null, params string[] watch) =>
        Keep(new(this, reads, context => _streams.Run(context, null, watch.ToHashSet()), key ?? "0123456789abcdef"));

    private Reader Keep(Reader reader)
    {
        _readers.Add(reader);
        return reader;
    }

    /// <summary>Code that has not set its timer yet sees less of it.</summary>
    public async Task Pass(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += Step)
        {
            Time.Advance(Step);
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
        }
    }

    public async Task Until(Func<bool> condition)
    {
        for (var i = 0; !condition(); i++)
        {
            if (i == 5_000) throw new TimeoutException("20 minutes have passed, and it is not so.");
            await Pass(Step);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _feed.StopAsync(CancellationToken.None);
        foreach (var reader in _readers) reader.Dispose();
        _feed.Dispose();
        await _services.DisposeAsync();
        File.Delete(_keys);
    }

    private Task<T> Told<T>(Func<T> say)
    {
        if (Fails) return Task.FromException<T>(new TimeoutException("The silo of the grain is gone."));
        lock (Source) return Task.FromResult(say());
    }

    private sealed class Grain(StreamsAtTest at) : IFleetGrain
    {
        public Task<bool> Report(FleetBatch batch) => throw new NotSupportedException();

        public Task<FleetCounts> Counts() => at.Told(at.Source.Counts);

        public Task<FleetView> Read() => Count(at.Source.Read);

        public Task<FleetChanges> Since(string cursor) => Count(() => at.Source.Since(cursor));

        private Task<T> Count<T>(Func<T> say)
        {
            Interlocked.Increment(ref at._reads);
            return at.Told(say);
        }
    }

    private sealed class Reports : ISiloReportsGrain
    {
        public Task Report(SiloReport report) => throw new NotSupportedException();

        public Task<ClusterReport> Read() => Task.FromResult(new ClusterReport(0, []));
    }
}
