using IoTOrleans.Grains.Devices;
using IoTOrleans.Grains.Dispatch;
using IoTOrleans.Grains.Fleet;
using IoTOrleans.Grains.Heartbeats;
using IoTOrleans.Grains.Importing;
using IoTOrleans.Grains.Incidents;
using IoTOrleans.Grains.Mutes;
using IoTOrleans.Grains.Presence;
using IoTOrleans.Grains.Rounds;
using IoTOrleans.Grains.Summaries;
using IoTOrleans.Grains.Watching;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IoTOrleans.Grains;

public static class PresenceServices
{
    /// <summary>
    /// Adds what the grains need beside storage and reminders. Register it after Orleans, so that the queues stop before the silo does;
    /// destinations and verifiers may be added before or after.
    /// </summary>
    public static IServiceCollection AddPresence(this IServiceCollection services, Action<PresenceOptions>? configure = null)
    {
        services.AddOptions();
        if (configure is not null) services.Configure(configure);
        services.AddSingleton<PresencePolicies>();
        services.AddSingleton<MuteBook>();
        services.AddSingleton(provider => new StoredStatus(
            provider.GetRequiredService<PresencePolicies>(), provider.GetRequiredService<MuteBook>(),
            provider.GetRequiredKeyedService<TimeProvider>(TimeProviderNames.Grains)));
        services.AddSingleton(provider => new DeviceStories(
            provider.GetRequiredService<PresencePolicies>(), provider.GetRequiredService<MuteBook>(),
            provider.GetRequiredKeyedService<TimeProvider>(TimeProviderNames.Grains)));
        services.AddSingleton<UnreadableThings>();
        services.AddSingleton<StoredThings>();
        services.AddSingleton<GrainMetrics>();
        services.AddSingleton<PresenceObserver>();
        services.AddSingleton<OneWayFeedWarning>();
        services.AddSingleton<MadeUpNamesWarning>();
        services.AddSingleton<DeferredVerdicts>();
        services.TryAddSingleton<IBrokerClock, NoBroker>();
        services.TryAddSingleton<IIngestProgress, NoIngest>();
        services.TryAddSingleton<IFleetCount, FleetCount>();
        services.TryAddSingleton(new ThingFilter([], []));
        services.AddSingleton<FleetBoard>();
        services.AddSingleton<FleetReader>();
        services.AddSingleton<DispatcherClient>();
        services.AddSingleton<IncidentReader>();
        services.AddSingleton<DestinationHealth>();
        services.AddSingleton<IDestinationHealth>(provider => provider.GetRequiredService<DestinationHealth>());
        services.AddSingleton<VerifierHealth>();
        services.AddSingleton<IVerifierHealth>(provider => provider.GetRequiredService<VerifierHealth>());
        services.AddSingleton<MemberPages>();
        services.AddSingleton<WaitingThings>();
        services.AddSingleton<ThingNotifications>();
        services.AddSingleton<IncidentPublisher>();
        services.AddSingleton(provider => new NotificationsInHand(provider.GetRequiredService<DestinationSender>()));
        services.AddSingleton<DeviceEffects>();
        services.AddSingleton<SummaryNotifications>();
        services.AddSingleton<WatcherNotifications>();
        services.AddSingleton<Importer>();
        services.AddSingleton(provider => new StoredPages<ImportPage>(provider, "names", "import-names"));
        services.AddKeyedSingleton<IRound, Sweep>(RoundOptions.Sweep);
        services.AddKeyedSingleton<IRound, Audit>(RoundOptions.Audit);

        // In the order of their start.
        services.AddHostedService<FleetReporter>();
        services.AddHosted<SecondLooks>();
        services.AddHosted<IncidentMembers>();
        services.AddHosted<DroppedNotifications>();
        services.AddHosted<DestinationSender>();
        services.AddHosted<VerificationQueue>();
        services.AddHostedService<MuteCopier>();
        services.AddHostedService<SummaryStarter>();
        services.AddHostedService<RoundStarter>();
        services.AddHostedService<ExpectedThings>();
        return services;
    }

    /// <summary>Adds the reports of this silo that the page shows of all silos together.</summary>
    public static IServiceCollection AddSiloReports(this IServiceCollection services) => services.AddHostedService<SiloReporter>();

    /// <summary>Adds the dead man's switch. It needs the reports.</summary>
    public static IServiceCollection AddHeartbeat(this IServiceCollection services, Func<IServiceProvider, IHeartbeat> create) =>
        services.AddSingleton(create).AddHostedService<HeartbeatKeeper>();

    private static void AddHosted<T>(this IServiceCollection services)
        where T : class, IHostedService => services.AddSingleton<T>().AddHostedService(provider => provider.GetRequiredService<T>());

    private sealed class NoIngest : IIngestProgress
    {
        public IngestProgress Current => IngestProgress.None;
    }

    private sealed class NoBroker : IBrokerClock
    {
        public bool Expected => false;

        public BrokerStart? Current => null;
    }
}
