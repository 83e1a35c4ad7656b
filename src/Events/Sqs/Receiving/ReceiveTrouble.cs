using IoTOrleans.Aws;

namespace IoTOrleans.Events.Sqs;

/// <summary>What the receivers do when the queue does not answer: say so once, and ask ever less often, up to every 5 s.</summary>
internal sealed partial class ReceiveTrouble(SqsOptions options, TimeProvider time, ILogger<ReceiveTrouble> logger)
{
    private static readonly Backoff Retry = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));

    private readonly LogLimiter warning = new(time);

    public async Task Wait(Exception exception, int failuresBefore, CancellationToken stopping)
    {
        if (warning.ShouldLog()) LogNotReceived(options.QueueUrl, AwsFaults.Describe(exception));

        try
        {
            await Task.Delay(WaitAfter(failuresBefore), time, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    public void IsOver()
    {
        if (warning.IsOver()) LogReceived(options.QueueUrl);
    }

    /// <summary>
    /// 1 s, doubling to 5 s (what an idle queue is asked anyway), less a random part of up to a half: silos that lost the queue together
    /// come back one by one.
    /// </summary>
    private static TimeSpan WaitAfter(int failuresBefore) => Retry.After(failuresBefore + 1) * (0.5 + (Random.Shared.NextDouble() / 2));

    [LoggerMessage(LogLevel.Warning, "Nothing can be received from {QueueUrl}; it is tried again and again. {Error}")]
    private partial void LogNotReceived(string queueUrl, string error);

    [LoggerMessage(LogLevel.Information, "{QueueUrl} answers again")]
    private partial void LogReceived(string queueUrl);
}
