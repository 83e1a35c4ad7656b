using Amazon.Runtime;

namespace IoTOrleans.DynamoDB.Client;

/// <summary>
/// Repeats a call until there is an answer, for at most 10 s. The SDK's own retries are off: they have no time limit, and a failed
/// condition means something else if another attempt came before it.
/// </summary>
internal sealed class Caller(RetrySettings settings, TimeProvider time, DynamoDBMetrics metrics, Failures failures)
{
    public async Task<T> Call<T>(
        string table, string operation, Func<CancellationToken, Task<T>> attempt, CancellationToken cancellationToken)
        where T : AmazonWebServiceResponse
    {
        var began = time.GetTimestamp();
        for (var attempts = 1; ; attempts++)
        {
            try
            {
                var answer = await Attempt(attempt, settings.CallLimit - time.GetElapsedTime(began), cancellationToken);
                metrics.Consumed(table, operation, answer);
                return answer;
            }
            catch (Exception cause)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var fault = Faults.Of(cause);
                if (fault == Fault.ConditionFailed)
                {
                    metrics.ConditionFailed(table, operation);
                    throw;
                }

                metrics.Failed(table, operation, fault);
                if (fault == Fault.Final) throw failures.Describe(table, operation, cause);

                // An attempt with too little time for an answer could only turn a clear refusal into an unknown result.
                var pause = settings.PauseAfter(attempts);
                var spent = time.GetElapsedTime(began);
                if (spent + pause + (settings.AttemptLimit / 4) >= settings.CallLimit)
                    throw failures.GaveUp(table, operation, fault, attempts, spent, cause);
                await Task.Delay(pause, time, cancellationToken);
            }
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
}
