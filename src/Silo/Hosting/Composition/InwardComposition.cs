using IoTOrleans.Events;
using IoTOrleans.Events.Mqtt;
using IoTOrleans.Events.Sqs;
using IoTOrleans.Events.Watermarks;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Silo.Api.Events;

namespace IoTOrleans.Silo.Hosting.Composition;

/// <summary>Where events come in. Registered after Orleans, so that they start when the silo takes events, and stop before it.</summary>
internal static class InwardComposition
{
    public static void AddEventSources(this WebApplicationBuilder builder, SiloSettings settings)
    {
        var services = builder.Services;
        services.AddSingleton(new ThingFilter(settings.Things.Include, settings.Things.Exclude));
        services.AddSingleton(provider => new ThingLimit(
            settings.Things.Most, provider.GetRequiredService<IKnownThings>(), provider.GetRequiredService<ILogger<ThingLimit>>()));
        services.AddSingleton<IConnectionChangeSink, WatchedThings>();
        services.AddSingleton<EventsLog>();
        services.AddSingleton(_ => EventsApi.Gate());
        services.AddIngestProgress().AddEvidence();
        if (settings.QueueUrl is { } queue) services.AddSqsEvents(new SqsOptions { QueueUrl = queue }).AddWatermark();
        if (settings.ErrorQueueUrl is { } errors) services.AddErrorQueue(SqsOptions.ForErrorQueue(errors)).AddErrorQueueWatermark();
        if (settings.Mqtt.Port == 0) return;

        services.AddMqttBroker(options =>
        {
            settings.Mqtt.CopyTo(options);
            options.SettleTime = settings.Presence.DefaultPolicy.SettleTime;
        });
    }
}
