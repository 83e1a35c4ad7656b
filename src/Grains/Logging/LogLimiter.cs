namespace IoTOrleans.Grains.Logging;

/// <summary>
/// For what could be said as often as there are things, requests or strangers: one line in a while about the same, the others counted.
/// </summary>
/// <param name="interval">Default: a minute.</param>
public sealed class LogLimiter(TimeProvider time, TimeSpan? interval = null)
{
    private readonly TimeSpan _interval = interval ?? TimeSpan.FromMinutes(1);
    private readonly Dictionary<string, (long LastAt, long Kept)> _lines = [];
    private readonly Lock _lock = new();

    public bool ShouldLog(string about = "") => ShouldLog(out _, about);

    /// <param name="more">For the end of the line: how many were kept back since the last one; empty: none.</param>
    public bool ShouldLog(out string more, string about = "")
    {
        lock (_lock)
        {
            more = "";
            if (_lines.TryGetValue(about, out var line) && time.GetElapsedTime(line.LastAt) < _interval)
            {
                _lines[about] = line with { Kept = line.Kept + 1 };
                return false;
            }

            if (line.Kept > 0) more = $" ({line.Kept} more since the last line of this kind)";
            _lines[about] = (time.GetTimestamp(), 0);
            return true;
        }
    }

    /// <summary>What comes from now on is said at once again.</summary>
    /// <returns>There was something that was said.</returns>
    public bool IsOver(string about = "")
    {
        lock (_lock) return _lines.Remove(about);
    }
}
