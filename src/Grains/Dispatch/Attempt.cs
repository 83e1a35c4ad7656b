namespace IoTOrleans.Grains.Dispatch;

/// <summary>One attempt at a destination. Every outcome becomes an answer, except that this process stops.</summary>
public static class Attempt
{
    /// <summary>Destinations have time-outs of their own; this one is for those that hang all the same.</summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    public static async Task<DeliveryAnswer> Send(
        Func<CancellationToken, Task<DeliveryAnswer>> send, TimeProvider time, CancellationToken cancellationToken)
    {
        using var tooLong = new CancellationTokenSource(Longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(tooLong.Token, cancellationToken);
        try
        {
            return await send(either.Token);
        }
        catch (OperationCanceledException) when (tooLong.IsCancellationRequested)
        {
            return DeliveryAnswer.Failed($"no answer within {Longest.TotalSeconds:0} s");
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return DeliveryAnswer.Failed(exception.Message);
        }
    }
}
