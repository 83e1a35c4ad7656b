using Amazon.Runtime;
using IoTOrleans.Aws;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Silo.Notifications.Text;

namespace IoTOrleans.Silo.Notifications.Sns;

/// <summary>Mails, queues, functions: whatever subscribed to a topic. Done means that SNS took it, not that anybody read it.</summary>
internal sealed partial class SnsDestination : INotificationDestination
{
    private readonly SnsDestinationOptions options;
    private readonly TopicArn topic;
    private readonly SnsClient sns;
    private readonly NotificationText text;
    private readonly TimeProvider time;

    public SnsDestination(
        SnsDestinationOptions options, SnsClient sns, NotificationText text, TimeProvider time, ILogger<SnsDestination> logger)
    {
        this.options = options;
        this.sns = sns;
        this.text = text;
        this.time = time;
        topic = TopicArn.Parse($"{options.Setting}:TopicArn", options.TopicArn);
        if (topic.IsFifo) LogFifoCannotMail(logger, options.Name, topic.Value);
        if (IsInAnotherRegion) LogAnotherRegion(logger, options.Name, topic.Value, topic.Region, sns.Config.AuthenticationRegion);
    }

    public string Name => options.Name;

    public DestinationTerms Terms => options.Terms;

    private bool IsInAnotherRegion => topic.Region != sns.Config.AuthenticationRegion;

    public Task<DeliveryAnswer> Send(Notification notification, CancellationToken cancellationToken) =>
        Publish(ascii => SnsMessage.Of(notification, text, topic, ascii), cancellationToken);

    public Task<DeliveryAnswer> Send(FleetNotification notification, CancellationToken cancellationToken) =>
        Publish(ascii => SnsMessage.Of(notification, text, topic, ascii), cancellationToken);

    public Task<DeliveryAnswer> Send(FleetSummary summary, CancellationToken cancellationToken) =>
        Publish(ascii => SnsMessage.Of(summary, text, topic, ascii), cancellationToken);

    private async Task<DeliveryAnswer> Publish(Func<bool, SnsPublishRequest> compose, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var request = compose(options.AsciiSubject ?? !text.IsJapanese);
            var response = await sns.Publish(request, either.Token);
            return string.IsNullOrEmpty(response.MessageId)
                ? DeliveryAnswer.Failed("SNS answered without a MessageId: is this endpoint SNS?")
                : DeliveryAnswer.Accepted(response.MessageId);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException)
        {
            return DeliveryAnswer.Failed($"SNS did not answer within {options.Timeout.TotalSeconds:0.#} s.");
        }
        catch (Exception e)
        {
            return AnswerTo(e);
        }
    }

    private DeliveryAnswer AnswerTo(Exception exception)
    {
        var said = AwsFaults.Describe(exception);
        return AwsFaults.Of(exception) switch
        {
            AwsFault.Passing => DeliveryAnswer.Failed(said),
            AwsFault.Signature => DeliveryAnswer.Failed($"{said} - look at the clock of this host and at the age of its credentials."),
            AwsFault.Credentials => DeliveryAnswer.Refused($"{said} - AWS does not know these credentials."),
            AwsFault.Denied => DeliveryAnswer.Refused($"{said} - allow sns:Publish on {topic.Value}."),
            AwsFault.NotFound => DeliveryAnswer.Refused($"{said} - {options.Setting}:TopicArn is {topic.Value}: is there such a topic?"),
            _ => DeliveryAnswer.Refused(said + HintFor(exception)),
        };
    }

    private string HintFor(Exception exception)
    {
        if (exception is AmazonServiceException { ErrorCode: { } code } && code.StartsWith("KMS", StringComparison.Ordinal))
            return " - the topic is encrypted: allow kms:GenerateDataKey and kms:Decrypt on its key.";
        return IsInAnotherRegion
            ? $" - the topic is in {topic.Region}, but AWS_REGION is {sns.Config.AuthenticationRegion}."
            : $" - {options.Setting}:TopicArn is {topic.Value}.";
    }

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "{Destination}: {TopicArn} is a FIFO topic. SNS lets queues subscribe to those, and no mail: for mail use a standard topic.")]
    private static partial void LogFifoCannotMail(ILogger logger, string destination, string topicArn);

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "{Destination}: {TopicArn} is in {TopicRegion}, but AWS_REGION is {Region}. SNS refuses what it is sent for another region.")]
    private static partial void LogAnotherRegion(ILogger logger, string destination, string topicArn, string topicRegion, string region);
}
