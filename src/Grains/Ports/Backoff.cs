namespace IoTOrleans.Grains.Ports;

/// <summary>
/// How long to wait before trying again: <paramref name="First"/>, and twice as long after each further failure, up to
/// <paramref name="Longest"/>.
/// </summary>
public readonly record struct Backoff(TimeSpan First, TimeSpan Longest)
{
    /// <param name="failures">How many there have been; 0 counts as 1.</param>
    public TimeSpan After(int failures)
    {
        var wait = First * Math.Pow(2, Math.Clamp(failures - 1, 0, 30));
        return wait < Longest ? wait : Longest;
    }
}
