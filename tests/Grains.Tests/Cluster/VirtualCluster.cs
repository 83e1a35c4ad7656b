using System.Runtime.CompilerServices;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Dispatch;
using IoTOrleans.Grains.Fleet;
using IoTOrleans.Grains.Heartbeats;
using IoTOrleans.Grains.Mutes;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Presence;
using IoTOrleans.Grains.Rounds;
using IoTOrleans.Grains.Summaries;
using IoTOrleans.Grains.Watching;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Microsoft.Extensions.Time.Testing;
using Orleans.Storage;
using Orleans.TestingHost;
using Orleans.Timers;

namespace IoTOrleans.Grains.Tests.Cluster;

/// <summary>
/// Orleans' in-process cluster on virtual time: real grains, real activations, one clock that only the test moves. Storage and
/// reminders live outside the silos, as tables do, so that silos and activations may die.
/// </summary>
internal sealed class VirtualCluster : IAsyncDisposable
{
    private static readonly DateTimeOffset start = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    private readonly InProcessTestCluster _cluster;

    private VirtualCluster(Action<PresenceOptions>? configure, Action<VirtualCluster>? prepare, short silos)
    {
        Reminders = new TestReminders(Time);
        Catalogue = new TestCatalogue(Storage);
        prepare?.Invoke(this);
        var builder = new InProcessTestClusterBuilder(silos);
        builder.ConfigureSilo((_, silo) =>
        {
            var services = silo.Services;
            services.AddSingleton<TimeProvider>(Time);
            services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
            services.AddSingleton<IReminderRegistry>(Reminders);
            services.AddSingleton<IGrainStorage>(Storage);
            foreach (var destination in Destinations)
            {
                destination.Time = Time;
                services.AddSingleton<INotificationDestination>(destination);
            }

            services.AddSingleton<IConnectionVerifier>(Verifier);
            services.AddSingleton<IBrokerClock>(Broker);
            if (IngestProgress is { } ingest) services.AddSingleton(ingest);
            services.AddSingleton<IThingsNotWell>(new RemindedThings(this));
            services.AddSingleton<IReminderTable>(Reminders);
            services.AddSingleton<IThingCatalogue>(Catalogue);
            services.AddSingleton<IOptions<RoundOptions>>(new OptionsWrapper<RoundOptions>(Rounds));
            services.Configure<SummaryOptions>(options => options.TimeZone = Zone);
            services.AddSingleton<IOptionsChangeTokenSource<PresenceOptions>>(_settings);
            services.AddPresence(configure);
            if (Heartbeat is { } heartbeat) services.AddSiloReports().AddHeartbeat(_ => heartbeat);
            if (!CountsFleet) services.DoNotCountFleet();
            silo.ConfigureLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        });
        _cluster = builder.Build();
    }

    private readonly ChangingSettings _settings = new();

    /// <summary>All silos read their settings again.</summary>
    public void SettingsChange() => _settings.Change();

    public FakeTimeProvider Time { get; } = new(start);

    public TestStorage Storage { get; } = new();

    public TestReminders Reminders { get; }

    public List<TestDestination> Destinations { get; } = [new TestDestination("mail")];

    public TestDestination Mail => Destinations[0];

    public TestVerifier Verifier { get; } = new();

    public TestBroker Broker { get; } = new();

    public TestCatalogue Catalogue { get; }

    /// <summary>None are made, unless a test wants them to be; to be set before the start.</summary>
    public RoundOptions Rounds { get; } = new() { SweepEvery = TimeSpan.Zero };

    /// <summary>What counts the fleet reads storage beside the grains that a test is about; to be set before the start.</summary>
    public bool CountsFleet { get; set; }

    /// <summary>As each silo sees it.</summary>
    public FleetReader Fleet => _cluster.Silos[^1].ServiceProvider.GetRequiredService<FleetReader>();

    public IFleetCount FleetCount => _cluster.Silos[^1].ServiceProvider.GetRequiredService<IFleetCount>();

    /// <summary>All silos end in order, and one starts again.</summary>
    public async Task StopAndStart()
    {
        foreach (var silo in _cluster.Silos.ToArray()) await _cluster.StopSiloAsync(silo);
        await Begin();
    }

    /// <summary>Its client, too, has to find the new silo.</summary>
    private async Task Begin()
    {
        await _cluster.StartAdditionalSiloAsync();
        await Until(async () =>
        {
            try
            {
                await _cluster.Client.GetGrain<IManagementGrain>(0).GetHosts();
                return true;
            }
            catch (Exception exception) when (exception is OrleansException or TimeoutException)
            {
                return false;
            }
        });
        if (WaitsForMutes) await MutesAreKnown();
    }

    /// <summary>One silo that does not run the fleet's grain dies, with what it has not reported.</summary>
    public async Task KillSiloWithoutFleet()
    {
        _cluster.TryGetGrainContext(IdOfFleet, out var context).ShouldBeTrue();
        await _cluster.KillSiloAsync(_cluster.Silos.First(silo => !silo.SiloAddress.Equals(context!.Address.SiloAddress)));
        await _cluster.WaitForLivenessToStabilizeAsync(didKill: true);
    }

    public static GrainId IdOfFleet { get; } = GrainId.Create(GrainType.Create("fleet"), GrainIdKeyExtensions.CreateIntegerKey(0));

    /// <summary>How far the sweep is.</summary>
    internal IRoundGrain Round(string name = RoundOptions.Sweep) => _cluster.Client.GetGrain<IRoundGrain>(name);

    public Task CrashRound(string name = RoundOptions.Sweep) => _cluster.DeactivateAsync(Round(name));

    /// <summary>What the silos may not know; to be set before the start.</summary>
    public IIngestProgress? IngestProgress { get; set; }

    /// <summary>Default: none is set up; to be set before the start.</summary>
    public IHeartbeat? Heartbeat { get; set; }

    public IHeartbeatGrain HeartbeatGrain => _cluster.Client.GetGrain<IHeartbeatGrain>(0);

    /// <summary>The last silo lives and works, but says nothing of its destinations any more.</summary>
    public Task StopReportingOfLastSilo() => _cluster.Silos[^1].ServiceProvider.GetServices<IHostedService>().OfType<SiloReporter>().Single()
        .StopAsync(CancellationToken.None);

    public async Task KillLastSilo()
    {
        await _cluster.KillSiloAsync(_cluster.Silos[^1]);
        await _cluster.WaitForLivenessToStabilizeAsync(didKill: true);
    }

    public Task CrashHeartbeat() => _cluster.DeactivateAsync(HeartbeatGrain);

    /// <summary>Where people live; to be set before the start.</summary>
    public TimeZoneInfo Zone { get; set; } = TimeZoneInfo.Utc;

    /// <summary>Called for each thing that a walk over those that are not well comes by; throwing ends it.</summary>
    public Action<string>? OnWalk { get; set; }

    /// <summary>In real time, for each step of the clock: somebody may be kept waiting on purpose.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Off for a test in which the list of mutes cannot be read at the start.</summary>
    public bool WaitsForMutes { get; set; } = true;

    public IMutesGrain Mutes => _cluster.Client.GetGrain<IMutesGrain>(0);

    /// <summary>The copies that silos have of the mutes.</summary>
    public IEnumerable<MuteBook> MuteBooks => _cluster.Silos.Select(silo => silo.ServiceProvider.GetRequiredService<MuteBook>());

    public DateTimeOffset Now => Time.GetUtcNow();

    public IDestinationHealth Watch => _cluster.Silos[0].ServiceProvider.GetRequiredService<IDestinationHealth>();

    public static async Task<VirtualCluster> Start(
        Action<PresenceOptions>? configure = null, Action<VirtualCluster>? prepare = null, short silos = 1)
    {
        var cluster = new VirtualCluster(configure, prepare, silos);
        await cluster._cluster.DeployAsync();
        foreach (var destination in cluster.Destinations)
            await Try(() => cluster._cluster.Client.GetGrain<IDispatcherGrain>(destination.Name).GetState());
        if (cluster.WaitsForMutes) await cluster.MutesAreKnown();
        return cluster;
    }

    public IDeviceGrain Device(string thingName = "rpi-1") => _cluster.Client.GetGrain<IDeviceGrain>(thingName);

    public Grains.Devices.IDeviceAnswers Answers(string thingName) => _cluster.Client.GetGrain<Grains.Devices.IDeviceAnswers>(thingName);

    public static GrainId IdOfMutes { get; } = GrainId.Create(GrainType.Create("mutes"), GrainIdKeyExtensions.CreateIntegerKey(0));

    public GrainId IdOf(string thingName = "rpi-1") => Device(thingName).GetGrainId();

    /// <summary>As <c>PUT /mutes</c> does: stored, and known to this silo at once.</summary>
    public async Task Mute(Mute mute)
    {
        await Mutes.Put(mute);
        await MutesAreCopied();
    }

    /// <summary>What copies the mutes is not a grain, so the clock does not wait for it.</summary>
    public async Task MutesAreCopied()
    {
        foreach (var book in MuteBooks) await book.Refresh(CancellationToken.None);
    }

    public async Task Unmute(string id)
    {
        await Mutes.Delete(id);
        await MutesAreCopied();
    }

    public IWatcherGrain Watcher => _cluster.Client.GetGrain<IWatcherGrain>(0);

    public Task CrashWatcher() => _cluster.DeactivateAsync(Watcher);

    internal ISummaryGrain Summary(string destination = "mail") => _cluster.Client.GetGrain<ISummaryGrain>(destination);

    public Task CrashSummary(string destination = "mail") => _cluster.DeactivateAsync(Summary(destination));

    public IImportsGrain Imports => _cluster.Client.GetGrain<IImportsGrain>(0);

    public Task CrashImports() => _cluster.DeactivateAsync(Imports);

    public Task CrashMutes() => _cluster.DeactivateAsync(Mutes);

    /// <summary>A copier whose first try failed waits for a clock that stands still, so they are asked for here.</summary>
    public Task MutesAreKnown() => Until(async () =>
    {
        foreach (var book in MuteBooks.Where(book => !book.HasCopy)) await Try(() => book.Refresh(CancellationToken.None));
        return MuteBooks.All(book => book.HasCopy);
    });

    /// <summary>All silos die without a word, and one starts again on what is stored.</summary>
    public async Task Restart()
    {
        foreach (var silo in _cluster.Silos.ToArray()) await _cluster.KillSiloAsync(silo);
        await Begin();
    }

    public async Task<DeviceStatus> Status(string thingName = "rpi-1") =>
        await Device(thingName).GetStatus() ?? throw new InvalidOperationException($"{thingName} was never heard of.");

    public Task<PresenceReason> Connect(string thingName = "rpi-1") => Report(thingName, connected: true);

    public Task<PresenceReason> Drop(string thingName = "rpi-1") => Report(thingName, connected: false);

    public Task<PresenceReason> Report(string thingName, bool connected, EventSource source = EventSource.Queue) =>
        Device(thingName).Report(new ConnectionChange(connected, ChangeKind.Time, source, Now, Now));

    /// <summary>Moves the clock second by second, and lets everything that it sets off come to rest.</summary>
    public Task Advance(TimeSpan by) => Advance(by, rest: true);

    /// <summary>The same, while somebody is kept waiting on purpose.</summary>
    public Task AdvanceWithoutRest(TimeSpan by) => Advance(by, rest: false);

    /// <summary>Waits, in real time and not for long, for what other threads are about to do.</summary>
    public static Task Until(Func<bool> condition) => Until(() => Task.FromResult(condition()));

    public static async Task Until(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await condition())
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>Moves the clock until it is so: whatever has to happen first may begin to wait for the clock at any moment.</summary>
    public async Task AdvanceUntil(Func<Task<bool>> condition)
    {
        for (var second = 0; !await condition(); second++)
        {
            if (second == 600) throw new TimeoutException($"In vain until {Now:O}.");
            await Advance(TimeSpan.FromSeconds(1), rest: false);
            await LetOthersRun();
        }
    }

    /// <inheritdoc cref="AdvanceUntil(Func{Task{bool}})"/>
    public Task AdvanceUntil(Func<bool> condition) => AdvanceUntil(() => Task.FromResult(condition()));

    /// <summary>
    /// Other threads have work whose end nobody can see from here. Ten milliseconds are thousands of turns, but not on a busy machine.
    /// </summary>
    public static async Task LetOthersRun()
    {
        var began = TimeProvider.System.GetTimestamp();
        for (var turn = 0; turn < 100 || TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromMilliseconds(10); turn++)
            await Task.Yield();
    }

    private async Task Advance(TimeSpan by, bool rest)
    {
        var end = Now + by;
        while (Now < end)
        {
            var next = Reminders.NextTick() is { } tick && tick < end ? tick : end;
            var step = TimeSpan.FromSeconds(1);
            if (next - Now < step) step = next - Now;
            if (step > TimeSpan.Zero) Time.Advance(step);
            foreach (var grainId in Reminders.TakeDue()) await Remind(grainId, Now);
            if (rest) await Rest();
        }
    }

    /// <summary>
    /// Waits until no request of any grain is waiting or under way; not for ever, since a retry may itself be waiting for the clock.
    /// </summary>
    public async Task Rest()
    {
        var began = TimeProvider.System.GetTimestamp();
        bool Patient() => TimeProvider.System.GetElapsedTime(began) < Patience;

        // Queues first, then every grain that may have got an answer; twice, since an answer may set off the next request.
        for (var round = 0; round < 2; round++)
        {
            while (Pending > 0 && Patient()) await Task.Yield();
            await Task.WhenAll(_touched.Select(thing => Try(() => Barrier(thing))));
            if (Pending > 0 && Patient()) round = -1;
        }
    }

    /// <summary>Waits until storage has not been touched for a while of real time: too many grains to ask each of them.</summary>
    public async Task Quiet()
    {
        for (var calm = 0; calm < 3; calm++)
        {
            var before = (Storage.Reads, Storage.Writes);
            await Task.Delay(TimeSpan.FromMilliseconds(40), TimeProvider.System);
            if (before != (Storage.Reads, Storage.Writes)) calm = -1;
        }
    }

    /// <summary>A tick of the reminder that is not due.</summary>
    public Task Remind(string thingName = "rpi-1") => Remind(IdOf(thingName), Now);

    /// <summary>Sooner than it is set for, as after the clock was set back.</summary>
    public Task RemindBefore(DateTimeOffset set, string thingName = "rpi-1") => Remind(IdOf(thingName), set);

    /// <summary>The activation dies, as with its silo; what it had in memory is gone.</summary>
    public Task Crash(string thingName = "rpi-1") => _cluster.DeactivateAsync(Device(thingName));

    /// <summary>As where memory is short: whoever is idle, and does not insist on staying, has left when this returns.</summary>
    public async Task CollectIdle() =>
        await _cluster.Client.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero, CancellationToken.None);

    public bool IsInMemory(string thingName) => _cluster.TryGetGrainContext(IdOf(thingName), out _);

    /// <summary>
    /// The silo that runs this destination's dispatcher is gone at once, with everything in its memory, and the others know.
    /// </summary>
    public async Task KillSiloOfDispatcher(string destination)
    {
        var dispatcher = _cluster.Client.GetGrain<IDispatcherGrain>(destination).GetGrainId();
        _cluster.TryGetGrainContext(dispatcher, out var context).ShouldBeTrue();
        await _cluster.KillSiloAsync(_cluster.GetSiloForAddress(context!.Address.SiloAddress!)!);
        await _cluster.WaitForLivenessToStabilizeAsync(didKill: true);
    }

    /// <summary>Nothing but the clock and the world touches the grains, not even the question whether they are at rest.</summary>
    public void LeaveAlone() => _touched.Clear();

    /// <summary>For a test that is about single notifications, many of them at once; to be said before the start.</summary>
    public void TellOneByOne()
    {
        foreach (var destination in Destinations) destination.Terms = destination.Terms with { Collapse = false };
    }

    /// <summary>These things' grains have to come to rest before time moves on.</summary>
    public void Touch(params string[] thingNames) => _touched.UnionWith(thingNames);

    public async ValueTask DisposeAsync() => await _cluster.DisposeAsync();

    private readonly HashSet<string> _touched = ["rpi-1"];

    private int Pending => _cluster.Silos.Sum(silo =>
        silo.ServiceProvider.GetRequiredService<DestinationSender>().Pending
            + silo.ServiceProvider.GetRequiredService<IncidentMembers>().Pending
        + silo.ServiceProvider.GetRequiredService<VerificationQueue>().Pending
        + silo.ServiceProvider.GetRequiredService<DestinationHealth>().RetryQueues.Count(queue => queue.IsDue));

    private async Task Remind(GrainId grainId, DateTimeOffset set) => await Try(() => _cluster.Client.GetGrain<IRemindable>(grainId)
        .ReceiveReminder("presence", new TickStatus(set.UtcDateTime, TimeSpan.FromMinutes(1), Now.UtcDateTime)));

    /// <summary>A turn of the grain that waits behind all others and does nothing.</summary>
    private Task Barrier(string thingName) => _cluster.Client.GetGrain<Grains.Devices.IDeviceAnswers>(thingName)
        .Answered("nothing", NotificationEvent.DeviceOffline, 0, "nobody", DeliveryAnswer.Accepted());

    /// <summary>Orleans logs a failed tick and goes on; so does the test's clock.</summary>
    private static async Task Try(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (Exception exception) when (exception is not ShouldAssertException)
        {
            // The failure is the test's own doing (a hook that throws); what it leads to is asserted there.
        }
    }

    private sealed class ChangingSettings : IOptionsChangeTokenSource<PresenceOptions>
    {
        private ConfigurationReloadToken _token = new();

        public string Name => Options.DefaultName;

        public IChangeToken GetChangeToken() => _token;

        public void Change() => Interlocked.Exchange(ref _token, new()).OnReload();
    }

    /// <summary>As the walk over the reminder table finds them.</summary>
    private sealed class RemindedThings(VirtualCluster cluster) : IThingsNotWell
    {
        public async IAsyncEnumerable<StoredThing> Walk([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            foreach (var name in All())
            {
                cluster.OnWalk?.Invoke(name);
                yield return new(name, await cluster.Device(name).GetState());
            }
        }

        public async IAsyncEnumerable<string> Names([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Yield();
            foreach (var name in All()) yield return name;
        }

        private IEnumerable<string> All() =>
            cluster.Reminders.All.Where(id => id.Type == cluster.IdOf().Type).Select(id => id.Key.ToString()!);
    }
}
