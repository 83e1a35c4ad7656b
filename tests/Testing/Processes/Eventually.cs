namespace IoTOrleans.Testing.Processes;

/// <summary>Processes and sockets run on real time: asks again until it is so.</summary>
public static class Eventually
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <param name="said">What the processes wrote, for the one who finds out why it never was.</param>
    public static async Task Is(Func<Task<bool>> condition, string what, Func<string> said, TimeSpan? patience = null)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(began) > (patience ?? Patience))
                throw new TimeoutException($"Waited in vain for: {what}{Environment.NewLine}{said()}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }
}
