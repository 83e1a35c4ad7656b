using IoTOrleans.Grains.Ports;
using IoTOrleans.Silo.Events.Sqs.Horizons;

namespace IoTOrleans.Silo.Pauses;

internal static class BlindSpotServices
{
    public static IServiceCollection AddBlindSpots(this IServiceCollection services)
    {
        services.AddSingleton<PauseWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<PauseWatch>());
        return services.AddSingleton<IBlindSpots>(provider => new SiloBlindSpots(
            provider.GetRequiredService<PauseWatch>(), provider.GetService<HorizonCopy>()));
    }

    /// <summary>Needs Orleans, and the consumer.</summary>
    public static IServiceCollection AddQueueHorizon(this IServiceCollection services)
    {
        services.AddSingleton<HorizonCopy>();
        return services.AddHostedService<HorizonReporter>();
    }
}
