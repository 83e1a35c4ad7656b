using IoTOrleans.Silo.Hosting.Settings.Destinations;

namespace IoTOrleans.Silo.Notifications.Sns;

internal static class SnsSettings
{
    public static Action<IServiceCollection> Read(DestinationSection section)
    {
        var options = new SnsDestinationOptions
        {
            Name = section.Name,
            Setting = section.Section,
            TopicArn = section.Required("TopicArn", "say the ARN of a topic, like arn:aws:sns:eu-west-1:123456789012:my-topic"),
            AsciiSubject = section.Reader.Flag("Notifications:AsciiSubject"),
            Timeout = section.ReadTimeout(),

            // SNS disables a mail subscription that gets more than 10 messages a second.
            Terms = section.Terms(rate: "2/s"),
        };
        if (options.TopicArn.Length > 0) section.Try(() => TopicArn.Parse(section.Key("TopicArn"), options.TopicArn));
        return services => services.AddSnsDestination(options);
    }
}
