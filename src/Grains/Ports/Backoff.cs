namespace IoTOrleans.Grains.Ports;

/// <summary>The wait before the next try: twice as long after each failure, up to <paramref name="Longest"/>.</summary>
public readonly record struct Backoff(TimeSpan First, TimeSpan Longest)
{
    /// <param name="failures">So far; 0 counts as 1.</param>
    public TimeSpan After(int failures) => Earlier(First * Math.Pow(2, Math.Clamp(failures - 1, 0, 30)), Longest);
}
