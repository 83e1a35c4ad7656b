using IoTOrleans.Events.Sqs;

namespace IoTOrleans.Events.Watermarks;

internal static class WatermarkServices
{
    public static IServiceCollection AddIngestProgress(this IServiceCollection services)
    {
        services.AddSingleton<StallWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<StallWatch>());
        return services.AddSingleton<IIngestProgress, SiloIngestProgress>();
    }

    /// <summary>Needs Orleans and the queue consumer.</summary>
    public static IServiceCollection AddWatermark(this IServiceCollection services) =>
        services.AddSingleton<WatermarkCopy>().AddHostedService<WatermarkReporter>().AddHostedService<WatcherReporter>();

    /// <summary>Needs the error queue's consumer as well.</summary>
    public static IServiceCollection AddErrorQueueWatermark(this IServiceCollection services) =>
        services.AddSingleton<IHostedService>(provider =>
        {
            var errors = provider.GetRequiredService<ErrorQueue>();
            return ActivatorUtilities.CreateInstance<WatermarkReporter>(
                provider, errors.Get<ConsumerWatermark>(), errors.Get<WatermarkCopy>(), errors.Options);
        });

    private sealed class SiloIngestProgress(StallWatch stalls, WatermarkCopy? queue = null, ErrorQueue? errors = null) : IIngestProgress
    {
        /// <summary>The stall first: it makes the copies of the watermarks old.</summary>
        public IngestProgress Current => new(Stall: stalls.Last, Queue: errors is null
            ? queue?.Current : queue?.Current.And(errors.Get<WatermarkCopy>().Current));
    }
}
