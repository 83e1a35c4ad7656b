using Amazon.Runtime;
using IoTOrleans.Aws;
using Microsoft.Extensions.Logging;

namespace IoTOrleans.Notifications.Sns;

/// <summary>Mails, queues, functions: whatever subscribed to a topic. Done means that SNS took it, not that anybody read it.</summary>
internal sealed partial class SnsDestination : IDestination
{
    private readonly SnsOptions _options;
    private readonly TopicArn _topic;
    private readonly SnsClient _sns;
    private readonly TimeProvider _time;

    public SnsDestination(SnsOptions options, SnsClient sns, TimeProvider time, ILogger<SnsDestination> logger)
    {
        _options = options;
        _sns = sns;
        _time = time;
        _topic = TopicArn.Parse($"{options.Setting}:TopicArn", options.TopicArn);
        if (_topic.IsFifo) LogFifoCannotMail(logger, options.Name, _topic.Value);
        if (IsInAnotherRegion) LogAnotherRegion(logger, options.Name, _topic.Value, _topic.Region, sns.Config.AuthenticationRegion);
    }

    private bool IsInAnotherRegion => _topic.Region != _sns.Config.AuthenticationRegion;

    public async Task<DeliveryAnswer> Send(OutgoingMessage message, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var response = await _sns.Publish(SnsMessage.Of(message, _topic, _options.AsciiSubject), either.Token);
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
            return DeliveryAnswer.Failed($"SNS did not answer within {_options.Timeout.TotalSeconds:0.#} s.");
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
        "{Destination}: {TopicArn} is a FIFO topic. SNS lets queues subscribe to those, and no mail: for mail use a standard topic.")]
    private static partial void LogFifoCannotMail(ILogger logger, string destination, string topicArn);

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "{Destination}: {TopicArn} is in {TopicRegion}, but AWS_REGION is {Region}. SNS refuses what it is sent for another region.")]
    private static partial void LogAnotherRegion(ILogger logger, string destination, string topicArn, string topicRegion, string region);
}
