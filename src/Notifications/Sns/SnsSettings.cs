using IoTOrleans.Aws;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace IoTOrleans.Notifications.Sns;

internal static class SnsSettings
{
    private static readonly TimeSpan EachAttempt = TimeSpan.FromSeconds(5);

    public static Action<IServiceCollection> Read(DestinationSection section)
    {
        var options = new SnsOptions
        {
            Name = section.Name,
            Setting = section.Section,
            TopicArn = section.Required("TopicArn", "say the ARN of a topic, like arn:aws:sns:eu-west-1:123456789012:my-topic"),
            AsciiSubject = section.Reader.Flag("Notifications:AsciiSubject"),
            Timeout = section.ReadTimeout(),
        };

        // Nobody should wait for credentials to learn of a typing error.
        if (options.TopicArn.Length > 0) section.Try(() => TopicArn.Parse(section.Key("TopicArn"), options.TopicArn));

        // SNS disables a mail subscription that gets more than 10 messages a second.
        var terms = section.Terms(rate: "2/s");
        return services =>
        {
            services.NeedAwsCredentials(section.Key("TopicArn"));
            services.TryAddSingleton(_ => new SnsClient(new SnsConfig { Timeout = EachAttempt }));
            services.AddDestination(section.Name, terms, provider => new SnsDestination(
                options,
                provider.GetRequiredService<SnsClient>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<SnsDestination>>()));
        };
    }
}
