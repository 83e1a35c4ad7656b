using Amazon.Runtime;
using Amazon.SQS.Model;
using IoTOrleans.Aws;
using IoTOrleans.Events.Watermarks;

namespace IoTOrleans.Events.Sqs;

/// <summary>
/// Checks the queue at start. A mistake that a person must fix ends the start. A queue that does not answer does not: containers start in
/// any order.
/// </summary>
internal sealed partial class SqsStartCheck(
    SqsQueue queue, RedrivePolicy redrive, PollProgress progress, SqsOptions options, TimeProvider time, ILogger<SqsStartCheck> logger)
{
    /// <summary>People wait for the first line.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(15);

    private bool _asked;

    /// <exception cref="StartupException">There is no such queue, or AWS does not accept the credentials.</exception>
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

    /// <summary>If the queue did not answer at the start, asks until it does.</summary>
    public async Task AskAgain(CancellationToken cancellationToken)
    {
        while (!_asked)
        {
            await Task.Delay(AskAgainAfter, time, cancellationToken);
            try
            {
                await TryAskForRedrivePolicy(cancellationToken);
            }
            catch (Exception) when (!cancellationToken.IsCancellationRequested)
            {
                // The receivers meet the same trouble and log it.
            }
        }
    }

    /// <summary>
    /// The first receive does not wait for messages. It is a real one, since nothing else tells whether receiving is allowed; its messages
    /// are processed.
    /// </summary>
    /// <exception cref="StartupException">There is no such queue, or receiving is not allowed.</exception>
    public async Task<List<Message>> ReceiveFirst(CancellationToken cancellationToken)
    {
        // The queue did not answer a moment ago, and the start has waited long enough.
        if (!_asked) return [];

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
                    $"{options.Setting}={options.QueueUrl}: receiving from it is not allowed; give the role sqs:ReceiveMessage, "
                    + "sqs:DeleteMessage, sqs:ChangeMessageVisibility and sqs:GetQueueAttributes on it, and kms:Decrypt if it is encrypted "
                    + $"with your own key. AWS says: {AwsFaults.Describe(exception)}",
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
            redrive.Exists = !string.IsNullOrEmpty(policy);
            if (redrive.Exists is false) LogNoRedrivePolicy(options.QueueUrl);
        }
        catch (AmazonServiceException exception) when (AwsFaults.Of(exception) is AwsFault.Denied)
        {
            LogRedrivePolicyUnknown(options.QueueUrl);
        }

        _asked = true;
    }

    private void ThrowIfForAPerson(Exception exception)
    {
        var mistake = exception switch
        {
            QueueDoesNotExistException => "there is no such queue; check the URL, and that AWS_REGION and account are the queue's.",
            AmazonServiceException when AwsFaults.Of(exception) is AwsFault.Signature or AwsFault.Credentials =>
                "AWS does not accept the credentials; check the task's role, or AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, "
                + $"AWS_SESSION_TOKEN and this machine's clock. AWS says: {AwsFaults.Describe(exception)}",

            // The SDK found no credentials, and has sent nothing.
            AmazonClientException when exception.Message.Contains("credential", StringComparison.OrdinalIgnoreCase) =>
                AwsCredentialsCheck.NoCredentials,
            _ => null,
        };
        if (mistake is not null) throw new StartupException($"{options.Setting}={options.QueueUrl}: {mistake}", exception);
    }

    [LoggerMessage(LogLevel.Warning, "{QueueUrl} does not answer yet. The service keeps trying. {Error}")]
    private partial void LogNotReached(string queueUrl, string error);

    [LoggerMessage(LogLevel.Warning,
        "{QueueUrl} has no redrive policy, so a refused message comes every 15 minutes until it expires. Add a dead-letter queue")]
    private partial void LogNoRedrivePolicy(string queueUrl);

    [LoggerMessage(LogLevel.Warning,
        "The role may not read the redrive policy of {QueueUrl}, so the service assumes that there is one. Allow sqs:GetQueueAttributes")]
    private partial void LogRedrivePolicyUnknown(string queueUrl);
}
