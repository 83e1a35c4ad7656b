using IoTOrleans.Grains.Ports;
using IoTOrleans.Silo.Memory;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IoTOrleans.Silo.Events.Mqtt;

internal static class MqttBrokerServices
{
    /// <summary>
    /// The embedded broker, its verifier and its sweep. Call it after Orleans is registered: hosted services start in that order
    /// and stop in reverse. Needs <see cref="IConnectionChangeSink"/>, <see cref="IBrokerThings"/> and
    /// <see cref="IBrokerStartSink"/> from elsewhere.
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
        services.AddSingleton<BrokerMetrics>();
        services.AddSingleton<BrokerLog>();
        services.AddSingleton<BrokerOutbox>();
        services.AddSingleton<LiveConnections>();
        services.AddSingleton<Doorkeeper>();
        services.AddSingleton<MqttBroker>();
        services.AddHostedService(provider => provider.GetRequiredService<MqttBroker>());
        services.AddHostedService<BrokerStartSweep>();
        return services;
    }

    public static IServiceCollection AddBrokerVerifier(this IServiceCollection services) => services.AddSingleton<IConnectionVerifier, BrokerVerifier>();
}
