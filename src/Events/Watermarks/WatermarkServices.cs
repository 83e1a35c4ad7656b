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
        services.AddSingleton<WatermarkCopy>().AddHostedService<WatermarkReporter>();

    private sealed class SiloIngestProgress(StallWatch stalls, WatermarkCopy? queue = null) : IIngestProgress
    {
        /// <summary>The stall first: it makes the copy of the watermark old.</summary>
        public IngestProgress Current => new(Stall: stalls.Last, Queue: queue?.Current);
    }
}
