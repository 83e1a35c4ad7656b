using IoTOrleans.Grains.Devices;
using IoTOrleans.Grains.Dispatch;
using IoTOrleans.Grains.Incidents;
using IoTOrleans.Grains.Mutes;
using IoTOrleans.Grains.Presence;
using IoTOrleans.Grains.Rounds;
using IoTOrleans.Grains.Summaries;
using IoTOrleans.Grains.Watching;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IoTOrleans.Grains;

/// <summary>Composition of this room.</summary>
public static class PresenceServices
{
    /// <summary>
    /// Adds what the device grain needs beside storage and reminders. Register it after Orleans, so that the queues stop before the
    /// silo does; destinations and verifiers may be added before or after.
    /// </summary>
    public static IServiceCollection AddPresence(this IServiceCollection services, Action<PresenceOptions>? configure = null)
    {
        services.AddOptions<PresenceOptions>();
        if (configure is not null) services.Configure(configure);
        services.AddSingleton<PresencePolicies>();
        services.AddSingleton<MuteBook>();
        services.AddSingleton(provider => new StoredStatus(
            provider.GetRequiredService<PresencePolicies>(), provider.GetRequiredService<MuteBook>(),
            provider.GetRequiredKeyedService<TimeProvider>(TimeProviderNames.Grains)));
        services.AddSingleton(provider => new DeviceStories(
            provider.GetRequiredService<PresencePolicies>(), provider.GetRequiredService<MuteBook>(),
            provider.GetRequiredKeyedService<TimeProvider>(TimeProviderNames.Grains)));
        services.AddSingleton<PresenceObserver>();
        services.AddSingleton<SecondLooks>();
        services.AddHostedService(provider => provider.GetRequiredService<SecondLooks>());
        services.AddSingleton<FeedWatch>();
        services.AddSingleton<StrangerWatch>();
        services.TryAddSingleton<IBrokerClock, NoBroker>();
        services.TryAddSingleton<IIngestProgress, NoIngest>();
        services.AddSingleton<DeferredVerdicts>();
        services.AddOptions<IncidentOptions>();
        services.AddSingleton<IncidentPolicies>();
        services.TryAddSingleton<IFleetCount, NobodyCounts>();
        services.AddSingleton<DispatcherClient>();
        services.AddSingleton<DestinationHealth>();
        services.AddSingleton<IDestinationHealth>(provider => provider.GetRequiredService<DestinationHealth>());
        services.AddSingleton<MemberPages>();
        services.AddSingleton<WaitingThings>();
        services.AddSingleton<DestinationSender>();
        services.AddSingleton<DroppedNotifications>();
        services.AddSingleton<ThingNotifications>();
        services.AddSingleton<IncidentPublisher>();
        services.AddSingleton<IncidentMembers>();
        services.AddSingleton(provider => new NotificationsInHand(provider.GetRequiredService<DestinationSender>()));
        services.AddSingleton<VerificationQueue>();
        services.AddSingleton<DeviceEffects>();
        services.AddOptions<SummaryOptions>();
        services.AddSingleton<SummaryPlan>();
        services.AddSingleton<SummaryNotifications>();
        services.AddSingleton<WatcherNotifications>();
        services.AddHostedService(provider => provider.GetRequiredService<IncidentMembers>());
        services.AddHostedService(provider => provider.GetRequiredService<DroppedNotifications>());
        services.AddHostedService(provider => provider.GetRequiredService<DestinationSender>());
        services.AddHostedService(provider => provider.GetRequiredService<VerificationQueue>());
        services.AddHostedService<MuteCopier>();
        services.AddHostedService<SummaryStarter>();
        services.AddOptions<RoundOptions>();
        services.AddKeyedSingleton<IRound, Sweep>(RoundOptions.Sweep);
        services.AddKeyedSingleton<IRound, Audit>(RoundOptions.Audit);
        services.AddHostedService<RoundStarter>();
        return services;
    }

    private sealed class NobodyCounts : IFleetCount
    {
        public ValueTask<int?> Count(CancellationToken cancellationToken) => new((int?)null);
    }

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
