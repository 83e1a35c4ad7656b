using IoTOrleans.Events.Machine;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IoTOrleans.Events.Mqtt;

internal static class MqttBrokerServices
{
    /// <summary>
    /// The embedded broker, its verifier and its sweep. Call it after Orleans is registered: hosted services start in that order
    /// and stop in reverse. Needs <see cref="IConnectionChangeSink"/> and <see cref="IThingCatalogue"/> from elsewhere.
    /// </summary>
    internal static IServiceCollection AddMqttBroker(this IServiceCollection services, Action<MqttBrokerOptions> configure)
    {
        services.Configure(configure);
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.AddMemoryGauge();
        services.AddFileGauge();
        services.TryAddSingleton<IBrokerStartCounter, GrainStartCounter>();
        services.AddSingleton<BrokerClock>();
        services.AddSingleton<IBrokerClock>(provider => provider.GetRequiredService<BrokerClock>());
        services.TryAddSingleton<EventMetrics>();
        services.AddSingleton<BrokerLog>();
        services.AddSingleton<BrokerOutbox>();
        services.AddSingleton<LiveConnections>();
        services.AddSingleton<Authenticator>();
        services.AddSingleton<MqttBroker>();
        services.AddHostedService(provider => provider.GetRequiredService<MqttBroker>());
        services.AddSingleton<IBrokerThings, BrokerThings>();
        services.AddSingleton<IBrokerStartSink, GrainBrokerStartSink>();
        services.AddHostedService<BrokerStartSweep>();
        return services;
    }

    public static IServiceCollection AddBrokerVerifier(
        this IServiceCollection services) => services.AddSingleton<IConnectionVerifier, BrokerVerifier>();
}
