using Amazon.Runtime;
using IoTOrleans.Aws;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace IoTOrleans.Notifications.Sns;

internal sealed record SnsOptions
{
    public string Name { get; init; } = "sns";

    public string Setting { get; init; } = "Notifications:Sns";

    public string TopicArn { get; init; } = "";

    /// <summary>Null: yes in <c>en</c>, no in <c>ja</c>. SNS takes UTF-8; a mail program may not.</summary>
    public bool? AsciiSubject { get; init; }

    /// <summary>Limits one delivery with the SDK's retries.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);
}

/// <summary>Publishes to a topic. Accepted means that SNS took the notification, not that a subscriber did.</summary>
internal sealed partial class SnsDestination : IDestination
{
    private static readonly TimeSpan EachAttempt = TimeSpan.FromSeconds(5);

    private readonly SnsOptions _options;
    private readonly TopicArn _topic;
    private readonly SnsClient _sns;
    private readonly TimeProvider _time;

    public SnsDestination(SnsOptions options, SnsClient sns, TimeProvider time, ILogger<SnsDestination> logger)
    {
        (_options, _sns, _time) = (options, sns, time);
        _topic = TopicArn.Parse($"{options.Setting}:TopicArn", options.TopicArn);
        if (_topic.IsFifo) LogFifoCannotMail(logger, options.Name, _topic.Value);
        if (IsInAnotherRegion) LogAnotherRegion(logger, options.Name, _topic.Value, _topic.Region, sns.Config.AuthenticationRegion);
    }

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

        // A typing error is found before credentials are looked for.
        if (options.TopicArn.Length > 0) section.Try(() => TopicArn.Parse(section.Key("TopicArn"), options.TopicArn));

        // SNS disables a mail subscription that gets more than 10 messages a second.
        var terms = section.Terms(rate: "2/s");
        return services =>
        {
            services.NeedAwsCredentials(section.Key("TopicArn"));
            services.TryAddSingleton(_ => new SnsClient(new SnsConfig { Timeout = EachAttempt }));
            services.AddDestination(
                section, terms, provider => ActivatorUtilities.CreateInstance<SnsDestination>(provider, options));
        };
    }

    private bool IsInAnotherRegion => _topic.Region != _sns.Config.AuthenticationRegion;

    public Task<DeliveryAnswer> Send(OutgoingMessage message, CancellationToken cancellationToken) => TimeLimit.Apply(
        _options.Timeout, _time, "SNS",
        async token =>
        {
            var response = await _sns.Publish(SnsMessage.Of(message, _topic, _options.AsciiSubject), token);
            return string.IsNullOrEmpty(response.MessageId)
                ? DeliveryAnswer.Failed("SNS answered without a MessageId: is this endpoint SNS?")
                : DeliveryAnswer.Accepted(response.MessageId);
        },
        AnswerTo, cancellationToken);

    private DeliveryAnswer AnswerTo(Exception exception)
    {
        var said = AwsFaults.Describe(exception);
        return AwsFaults.Of(exception) switch
        {
            AwsFault.Passing => DeliveryAnswer.Failed(said),
            AwsFault.Signature => DeliveryAnswer.Failed($"{said} - look at the clock of this host and at the age of its credentials."),
            AwsFault.Credentials => DeliveryAnswer.Refused($"{said} - AWS does not know these credentials."),
            AwsFault.Denied => DeliveryAnswer.Refused($"{said} - allow sns:Publish on {_topic.Value}."),
            AwsFault.NotFound => DeliveryAnswer.Refused($"{said} - {_options.Setting}:TopicArn is {_topic.Value}: is there such a topic?"),
            _ => DeliveryAnswer.Refused(said + HintFor(exception)),
        };
    }

    private string HintFor(Exception exception)
    {
        if (exception is AmazonServiceException { ErrorCode: { } code } && code.StartsWith("KMS", StringComparison.Ordinal))
            return " - the topic is encrypted: allow kms:GenerateDataKey and kms:Decrypt on its key.";
        return IsInAnotherRegion
            ? $" - the topic is in {_topic.Region}, but AWS_REGION is {_sns.Config.AuthenticationRegion}."
            : $" - {_options.Setting}:TopicArn is {_topic.Value}.";
    }

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "{Destination}: {TopicArn} is a FIFO topic. Only SQS queues can subscribe to it: for mail use a standard topic.")]
    private static partial void LogFifoCannotMail(ILogger logger, string destination, string topicArn);

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "{Destination}: {TopicArn} is in {TopicRegion}, but AWS_REGION is {Region}. SNS refuses notifications for another region.")]
    private static partial void LogAnotherRegion(ILogger logger, string destination, string topicArn, string topicRegion, string region);
}
