using Amazon.SQS;
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
        services.NeedAwsCredentials(SqsOptions.QueueUrlSetting);
        services.TryAddSingleton(TimeProvider.System);
        services.AddMemoryGauge().AddEvidence().AddQueue(options);
        return services.AddHostedService<SqsConsumers>();
    }

    /// <summary>Consumes the error queue of the IoT rules as well.</summary>
    public static IServiceCollection AddErrorQueue(this IServiceCollection services, SqsOptions options, IAmazonSQS? sqs = null)
    {
        options.Validate();
        services.AddSingleton(provider => new ErrorQueue(options, provider, sqs));
        return services.AddSingleton(provider => provider.GetRequiredService<ErrorQueue>().Consumer);
    }

    /// <summary>The parts of one consumer.</summary>
    internal static IServiceCollection AddQueue(this IServiceCollection services, SqsOptions options)
    {
        services.TryAddSingleton<IAmazonSQS>(provider => SqsClient.Create(
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<PollProgress>().AnswerLost));
        services.AddSingleton(options).AddSingleton(_ => Channel.CreateBounded<ThingMessages>(options.Capacity));
        services.AddSingleton<SqsQueue>().AddSingleton<RedrivePolicy>().AddSingleton<SqsStartCheck>();
        services.AddSingleton<InFlightMessages>().AddSingleton<MessageDeleter>().AddSingleton<VisibilityKeeper>();
        services.AddSingleton<PollLength>().AddSingleton<PollProgress>().AddSingleton<ConsumerWatermark>();
        services.AddSingleton<MessageSorter>().AddSingleton<SqsReceiver>().AddSingleton<StorageGate>().AddSingleton<SqsWorker>();
        return services.AddSingleton<SqsConsumer>();
    }
}
