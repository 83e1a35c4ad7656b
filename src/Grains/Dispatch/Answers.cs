namespace IoTOrleans.Grains.Dispatch;

/// <summary>How an answer gets back to the grain that waits for it.</summary>
internal static class Answers
{
    /// <summary>An answer that cannot be stored leads to a repeat a minute later, so it is worth these waits.</summary>
    private static readonly TimeSpan[] retries = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15)];

    /// <param name="keep">Called after each failure: what was accepted is repeated to the grain, and not to people.</param>
    public static async Task Record(Func<Task> record, Action keep, TimeProvider time, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await record();
                return;
            }
            catch (Exception) when (attempt < retries.Length)
            {
                keep();
                await Task.Delay(retries[attempt], time, cancellationToken);
            }
        }
    }
}
