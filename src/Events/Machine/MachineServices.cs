using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Configuration;

namespace IoTOrleans.Events.Machine;

internal static class MachineServices
{
    /// <summary>Far more than an entry takes: 250 bytes, and its place in the cache 20 from the start.</summary>
    private const int BytesForDirectoryEntry = 16 * 1024;

    /// <summary>Several sources need it; the first one registers it.</summary>
    public static IServiceCollection AddMemoryGauge(this IServiceCollection services)
    {
        services.TryAddSingleton<EventMetrics>();
        services.TryAddSingleton<MemoryGauge>();
        return services;
    }

    public static IServiceCollection AddFileGauge(this IServiceCollection services)
    {
        services.TryAddSingleton(provider => new FileGauge(
            FileGauge.LimitOfThisProcess(), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<FileGauge>>()));
        return services;
    }

    public static void LiveWithinLimits(this ISiloBuilder silo)
    {
        silo.Services.AddMemoryGauge();

        // Orleans' own size, one million, takes 19 MB before there is a thing.
        var limit = MemoryReading.OfThisProcess().Limit;
        silo.Configure<GrainDirectoryOptions>(options =>
            options.CacheSize = (int)Math.Clamp(limit / BytesForDirectoryEntry, 1000, options.CacheSize));
    }
}
