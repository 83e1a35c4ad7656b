using Amazon.Runtime;
using Amazon.SQS.Model;
using IoTOrleans.Aws;
using IoTOrleans.Events.Watermarks;

namespace IoTOrleans.Events.Sqs;

/// <summary>
/// Asks the queue about itself while somebody is looking. What a person has to mend ends the start; a queue that does not answer does not:
/// containers start in any order.
/// </summary>
internal sealed partial class SqsStartCheck(
    SqsQueue queue, RedrivePolicy redrive, PollProgress progress, SqsOptions options, TimeProvider time, ILogger<SqsStartCheck> logger)
{
    private const string Setting = "Events:Sqs:QueueUrl";

    /// <summary>People wait for the first line.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(15);

    private bool asked;

    /// <exception cref="StartupException">There is no such queue, or AWS does not know who asks.</exception>
    public async Task AskForRedrivePolicy(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await TryAskForRedrivePolicy(either.Token);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            ThrowIfForAPerson(exception);
            LogNotReached(options.QueueUrl, patience.IsCancellationRequested ? "No answer." : AwsFaults.Describe(exception));
        }
    }

    /// <summary>Where the queue could not be asked at the start, asks until it can.</summary>
    public async Task AskAgain(CancellationToken cancellationToken)
    {
        try
        {
            while (!asked)
            {
                await Task.Delay(AskAgainAfter, time, cancellationToken);
                try
                {
                    await TryAskForRedrivePolicy(cancellationToken);
                }
                catch (Exception) when (!cancellationToken.IsCancellationRequested)
                {
                    // The receivers meet the same trouble, and tell.
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    /// <summary>
    /// The first receive does not wait for messages. It is a real one: there is no other way to learn whether we may, and what it brings is
    /// worked on.
    /// </summary>
    /// <exception cref="StartupException">There is no such queue, or we may not receive from it.</exception>
    public async Task<List<Message>> ReceiveFirst(CancellationToken cancellationToken)
    {
        // It did not answer a moment ago, and the start has waited long enough.
        if (!asked) return [];

        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await queue.Receive(SqsQueue.BatchSize, TimeSpan.Zero, either.Token);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            ThrowIfForAPerson(exception);
            if (AwsFaults.Of(exception) is AwsFault.Denied)
            {
                throw new StartupException(
                    $"{Setting}={options.QueueUrl}: not allowed to receive from it; give the role sqs:ReceiveMessage, sqs:DeleteMessage, "
                    + "sqs:ChangeMessageVisibility and sqs:GetQueueAttributes on it, and kms:Decrypt if it is encrypted with a key of "
                    + $"yours. AWS says: {AwsFaults.Describe(exception)}",
                    exception);
            }

            progress.Failed(time.GetUtcNow());
            return [];
        }
    }

    private async Task TryAskForRedrivePolicy(CancellationToken cancellationToken)
    {
        try
        {
            var policy = await queue.GetRedrivePolicy(cancellationToken);
            redrive.State = string.IsNullOrEmpty(policy) ? RedriveState.Missing : RedriveState.Exists;
            if (redrive.State is RedriveState.Missing) LogNoRedrivePolicy(options.QueueUrl);
        }
        catch (AmazonServiceException exception) when (AwsFaults.Of(exception) is AwsFault.Denied && !IsUnknownCaller(exception))
        {
            LogRedrivePolicyUnknown(options.QueueUrl);
        }

        asked = true;
    }

    private void ThrowIfForAPerson(Exception exception)
    {
        switch (exception)
        {
            case QueueDoesNotExistException:
                throw new StartupException(
                    $"{Setting}={options.QueueUrl}: there is no such queue; check the URL, and that "
                        + "AWS_REGION and account are the queue's.",
                    exception);

            case AmazonServiceException service when IsUnknownCaller(service):
                throw new StartupException(
                    $"{Setting}={options.QueueUrl}: AWS does not accept the credentials; check the task's role, or AWS_ACCESS_KEY_ID, "
                    + $"AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and this machine's clock. AWS says: {AwsFaults.Describe(exception)}",
                    exception);

            // The SDK itself, before anything was sent: nothing in its credential chain had any.
            case AmazonClientException when exception.Message.Contains("credential", StringComparison.OrdinalIgnoreCase):
                throw new StartupException(
                    $"{Setting}={options.QueueUrl}: no AWS credentials were found. Give the task or instance a role, "
                    + "or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.",
                    exception);
        }
    }

    /// <summary>AWS answers 403 to both, a caller whom it does not know and one who may not.</summary>
    private static bool IsUnknownCaller(AmazonServiceException exception) =>
        AwsFaults.Of(exception) is AwsFault.Signature
        || exception.ErrorCode is "InvalidClientTokenId" or "UnrecognizedClientException" or "InvalidAccessKeyId" or "InvalidSecurity"
            or "MissingAuthenticationToken" or "MissingAuthenticationTokenException" or "IncompleteSignature" or "AuthFailure";

    [LoggerMessage(LogLevel.Warning, "{QueueUrl} does not answer yet; it is tried again and again. {Error}")]
    private partial void LogNotReached(string queueUrl, string error);

    [LoggerMessage(
        LogLevel.Warning,
        "{QueueUrl} has no redrive policy: a message that is no event comes every 15 minutes until it expires; add a dead-letter queue")]
    private partial void LogNoRedrivePolicy(string queueUrl);

    [LoggerMessage(
        LogLevel.Warning,
        "Not allowed to ask {QueueUrl} for its redrive policy, so it counts as having one; give the role sqs:GetQueueAttributes")]
    private partial void LogRedrivePolicyUnknown(string queueUrl);
}
