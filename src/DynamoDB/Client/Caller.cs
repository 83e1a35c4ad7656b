using Amazon.Runtime;

namespace IoTOrleans.DynamoDB.Client;

/// <summary>
/// Calls until there is an answer, for 10 s at most. The SDK's own retries are off: they know no limit in time, and whoever is to
/// judge a failed condition has to know whether an attempt came before it.
/// </summary>
internal sealed class Caller(RetrySettings settings, TimeProvider time, DynamoDBMetrics metrics, Failures failures)
{
    public RetrySettings Settings => settings;

    public Failures Failures => failures;

    public async Task<T> Call<T>(
        string table, string operation, Func<CancellationToken, Task<T>> attempt, CancellationToken cancellationToken)
        where T : AmazonWebServiceResponse
    {
        var began = time.GetTimestamp();
        for (var attempts = 1; ; attempts++)
        {
            Exception failure;
            Fault fault;
            try
            {
                var answer = await Attempt(attempt, settings.CallLimit - time.GetElapsedTime(began), cancellationToken);
                metrics.Consumed(table, operation, answer);
                return answer;
            }
            catch (Exception cause)
            {
                cancellationToken.ThrowIfCancellationRequested();
                (failure, fault) = (cause, Faults.Of(cause));
            }

            if (fault == Fault.ConditionFailed) metrics.ConditionFailed(table, operation);
            if (fault is Fault.ConditionFailed or Fault.Final) throw Rethrown(table, operation, failure);

            var pause = settings.PauseAfter(attempts);
            var spent = time.GetElapsedTime(began);
            metrics.Failed(table, operation, fault);

            // An attempt that begins with no time left to answer could only turn a clear refusal into "nobody knows".
            if (spent + pause + (settings.AttemptLimit / 4) >= settings.CallLimit)
                throw failures.GaveUp(table, operation, fault, attempts, spent, failure);
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    private async Task<T> Attempt<T>(Func<CancellationToken, Task<T>> attempt, TimeSpan left, CancellationToken cancellationToken)
    {
        var limit = left < settings.AttemptLimit ? left : settings.AttemptLimit;
        using var patience = new CancellationTokenSource(limit > TimeSpan.Zero ? limit : TimeSpan.Zero, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);

        // WaitAsync: the search for credentials does not look at the token.
        return await attempt(either.Token).WaitAsync(either.Token);
    }

    private Exception Rethrown(string table, string operation, Exception cause)
    {
        if (Faults.Of(cause) == Fault.Final) metrics.Failed(table, operation, Fault.Final);
        return failures.Describe(table, operation, cause);
    }
}
