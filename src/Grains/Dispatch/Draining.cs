namespace IoTOrleans.Grains.Dispatch;

/// <summary>At the stop, for work that is cut off in the middle and would be done twice.</summary>
internal static class Draining
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(10);

    public static async Task Wait(Task? running, TimeProvider time, CancellationToken cancellationToken)
    {
        if (running is null) return;
        using var enough = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(enough.Token, cancellationToken);
        await running.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
