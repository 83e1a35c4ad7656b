using IoTOrleans.Aws;
using IoTOrleans.Events.Machine;
using IoTOrleans.Events.Watermarks;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IoTOrleans.Events.Sqs;

internal static class SqsServices
{
    /// <summary>
    /// Consumes the queue into the <see cref="IConnectionChangeSink"/>, which is registered elsewhere. The order of registration does not
    /// matter: the consumer starts after all other services and stops before them.
    /// </summary>
    public static IServiceCollection AddSqsEvents(this IServiceCollection services, SqsOptions options)
    {
        options.Validate();
        services.NeedAwsCredentials(SqsOptions.Setting);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => SqsClient.Create(
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<PollProgress>().AnswerLost));
        services.AddMemoryGauge();
        services.AddSingleton(options).AddSingleton(_ => Channel.CreateBounded<ThingMessages>(options.Capacity));
        services.AddSingleton<SqsQueue>().AddSingleton<RedrivePolicy>().AddSingleton<SqsStartCheck>();
        services.AddSingleton<InFlightMessages>().AddSingleton<MessageDeleter>().AddSingleton<VisibilityKeeper>();
        services.AddSingleton<PollLength>().AddSingleton<PollProgress>().AddSingleton<ConsumerWatermark>();
        services.AddSingleton<MessageSorter>().AddSingleton<SqsReceiver>().AddSingleton<StorageGate>().AddSingleton<SqsWorker>();
        return services.AddHostedService<SqsConsumer>();
    }
}
