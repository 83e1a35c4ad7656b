using IoTOrleans.Events.Machine;
using IoTOrleans.Grains.Policies;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Abstractions;

namespace IoTOrleans.Events.Mqtt;

internal static class MqttBrokerServices
{
    /// <summary>
    /// Adds the embedded broker and its sweep. Call it after Orleans is registered: hosted services start in that order and stop in
    /// reverse. Needs <see cref="IConnectionChangeSink"/> and <see cref="IThingCatalogue"/> from elsewhere.
    /// </summary>
    internal static IServiceCollection AddMqttBroker(this IServiceCollection services, Action<MqttBrokerOptions> configure)
    {
        services.Configure(configure).AddMetrics().AddMemoryGauge().AddFileGauge();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(new ThingLimit(0, null!, NullLogger<ThingLimit>.Instance));
        services.TryAddSingleton(new ThingFilter([], []));
        services.AddSingleton<BrokerClock>().AddSingleton<IBrokerClock>(provider => provider.GetRequiredService<BrokerClock>());
        services.AddSingleton<BrokerLog>().AddSingleton<BrokerOutbox>().AddSingleton<LiveConnections>().AddSingleton<Authenticator>();
        services.AddSingleton<BrokerCredentials>().AddSingleton<PasswordCheck>();
        services.AddSingleton<MqttBroker>().AddHostedService(provider => provider.GetRequiredService<MqttBroker>());
        return services.AddHostedService<BrokerStartSweep>();
    }
}
