namespace IoTOrleans.Grains.Logging;

/// <summary>Writes one log line in a while about the same subject and counts the others.</summary>
/// <param name="interval">Default: a minute.</param>
public sealed class LogLimiter(TimeProvider time, TimeSpan? interval = null)
{
    private readonly TimeSpan _interval = interval ?? TimeSpan.FromMinutes(1);
    private readonly Dictionary<string, (long LastAt, long Kept)> _lines = [];
    private readonly Lock _lock = new();

    public bool ShouldLog(string about = "") => ShouldLog(out _, about);

    /// <param name="more">For the end of the line: how many were left out since the last one; empty: none.</param>
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

    /// <summary>The next line about it is written at once.</summary>
    /// <returns>False: no line was written about it.</returns>
    public bool IsOver(string about = "")
    {
        lock (_lock) return _lines.Remove(about);
    }
}
