namespace IoTOrleans.Notifications;

internal static class TimeLimit
{
    /// <summary>Sends once within <paramref name="limit"/>. Only the caller's own cancellation is thrown.</summary>
    /// <param name="receiver">Who did not answer, for a person.</param>
    /// <param name="answerTo">What any other exception means.</param>
    /// <param name="canceled">Detail where <paramref name="send"/> is canceled and the limit is not over; null: as if it were over.</param>
    public static async Task<DeliveryAnswer> Apply(
        TimeSpan limit, TimeProvider time, string receiver, Func<CancellationToken, Task<DeliveryAnswer>> send,
        Func<Exception, DeliveryAnswer> answerTo, CancellationToken cancellationToken, string? canceled = null)
    {
        using var timer = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            return await send(either.Token);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException)
        {
            return DeliveryAnswer.Failed(timer.IsCancellationRequested || canceled is null
                ? $"{receiver} did not answer within {limit.TotalSeconds:0.#} s." : canceled);
        }
        catch (Exception e)
        {
            return answerTo(e);
        }
    }
}
