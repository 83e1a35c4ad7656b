using System.Collections.Concurrent;

namespace IoTOrleans.Grains.Dispatch;

/// <summary>A destination that is down fails for every thing alike: one line a minute, with a count, says it as well as thousands.</summary>
internal sealed class QuietLog(TimeProvider time)
{
    private static readonly TimeSpan quiet = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, (long LastAt, int Kept)> _last = new();

    /// <param name="kept">How many were kept quiet since the last that was said.</param>
    public bool Speak(string about, out int kept)
    {
        var now = time.GetTimestamp();
        var (speak, count) = (false, 0);
        _last.AddOrUpdate(
            about,
            _ =>
            {
                (speak, count) = (true, 0);
                return (now, 0);
            },
            (_, last) =>
            {
                speak = time.GetElapsedTime(last.LastAt, now) >= quiet;
                count = last.Kept;
                return speak ? (now, 0) : (last.LastAt, last.Kept + 1);
            });
        kept = count;
        return speak;
    }
}
