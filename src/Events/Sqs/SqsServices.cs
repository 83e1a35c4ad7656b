using IoTOrleans.Aws;
using IoTOrleans.Events.Machine;
using IoTOrleans.Events.Watermarks;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IoTOrleans.Events.Sqs;

internal static class SqsServices
{
    /// <summary>
    /// Consumes the queue into the <see cref="IConnectionChangeSink"/>, which is registered elsewhere. The place among the other services
    /// does not matter: it starts after all of them have started and stops before the first of them stops.
    /// </summary>
    /// <exception cref="StartupException">The options make no sense.</exception>
    public static IServiceCollection AddSqsEvents(this IServiceCollection services, SqsOptions options)
    {
        options.Validate();
        services.NeedAwsCredentials("Events:Sqs:QueueUrl");
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => SqsClient.Create(
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<PollProgress>().AnswerLost));
        services.AddMemoryGauge();
        services.AddSingleton(options);
        services.AddSingleton<SqsQueue>();
        services.AddSingleton<RedrivePolicy>();
        services.AddSingleton<SqsStartCheck>();
        services.AddSingleton<InFlightMessages>();
        services.AddSingleton<PollProgress>();
        services.AddSingleton<PollLength>();
        services.TryAddSingleton<EventMetrics>();
        services.AddSingleton(_ => Channel.CreateBounded<ThingMessages>(options.Capacity));
        services.AddSingleton(provider => provider.GetRequiredService<Channel<ThingMessages>>().Reader);
        services.AddSingleton(provider => provider.GetRequiredService<Channel<ThingMessages>>().Writer);
        services.AddSingleton<StorageGate>();
        services.AddSingleton<ReceiveTrouble>();
        services.AddSingleton<MessageSorter>();
        services.AddSingleton<SqsReceiver>();
        services.AddSingleton<SqsWorker>();
        services.AddSingleton<MessageDeleter>();
        services.AddSingleton<VisibilityKeeper>();
        services.AddSingleton<ConsumerWatermark>();
        return services.AddHostedService<SqsConsumer>();
    }
}
