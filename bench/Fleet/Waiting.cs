namespace IoTOrleans.Fleet;

internal static class Waiting
{
    public static Task Until(Func<bool> condition, TimeSpan patience) => Until(() => Task.FromResult(condition()), patience);

    public static async Task Until(Func<Task<bool>> condition, TimeSpan patience)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(began) > patience)
                throw new TimeoutException($"Waited in vain for {patience.TotalSeconds:0} s.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    public static async Task<double> Seconds(Func<Task> work)
    {
        var began = TimeProvider.System.GetTimestamp();
        await work();
        return TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }
}
