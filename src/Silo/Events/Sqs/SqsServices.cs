using System.Threading.Channels;
using IoTOrleans.Aws;
using IoTOrleans.Settings;
using IoTOrleans.Silo.Events.Sqs.Horizons;
using IoTOrleans.Silo.Memory;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IoTOrleans.Silo.Events.Sqs;

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
        services.TryAddSingleton(provider => SqsClient.Create(provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<QueueProgress>().AnswerLost));
        services.AddMemoryGauge();
        services.AddSingleton(options);
        services.AddSingleton<SqsQueue>();
        services.AddSingleton<RedrivePolicy>();
        services.AddSingleton<SqsStartCheck>();
        services.AddSingleton<HeldMessages>();
        services.AddSingleton<QueueProgress>();
        services.AddSingleton<PollLength>();
        services.AddSingleton<SqsMetrics>();
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
        services.AddSingleton<ConsumerHorizon>();
        return services.AddHostedService<SqsConsumer>();
    }
}
