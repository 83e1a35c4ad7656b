namespace IoTOrleans.Events.Machine;

/// <summary>
/// Counts wrong keys or passwords by address, and logs them in one line a minute. A right one is looked at first and always lets in: an
/// attacker behind the same address (NAT, a proxy) shuts out nobody. So it is their length that makes guessing hopeless, not this limit.
/// The limit slows down a client with an old key, and keeps the log short.
/// </summary>
/// <param name="what">Begins each line: who came.</param>
internal sealed partial class FailedTries(string what, TimeProvider time, ILogger<FailedTries> logger) : IDisposable
{
    internal const int PerMinute = 10;

    /// <summary>The others share one count; else an attacker with many addresses would fill the memory.</summary>
    internal const int MostAddresses = 10_000;

    private const int MostNamed = 5;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Dictionary<ClientAddress, int> _tries = [];
    private readonly Lock _lock = new();
    private ITimer? _timer;
    private long _began;
    private int _logged;
    private int _others;

    /// <returns>How long to wait before the next try; null: there were not too many.</returns>
    public TimeSpan? Count(ClientAddress from)
    {
        lock (_lock)
        {
            if (_timer is null)
            {
                _began = time.GetTimestamp();
                _timer = time.CreateTimer(_ => EndMinute(), null, Minute, Minute);
                _logged = 1;
                LogFirst(what, from);
            }

            var isOneOfOthers = _tries.Count >= MostAddresses && !_tries.ContainsKey(from);
            var count = isOneOfOthers ? ++_others : _tries[from] = _tries.GetValueOrDefault(from) + 1;
            if (count <= PerMinute) return null;
            var left = Minute - time.GetElapsedTime(_began);
            return left > TimeSpan.Zero ? left : TimeSpan.FromSeconds(1);
        }
    }

    public void Dispose()
    {
        lock (_lock) _timer?.Dispose();
    }

    private void EndMinute()
    {
        lock (_lock)
        {
            var count = _tries.Values.Sum() + _others - _logged;
            if (count > 0)
            {
                var named = _tries.OrderByDescending(pair => pair.Value).Take(MostNamed).Select(pair => $"{pair.Key} ({pair.Value})");
                var others = _tries.Count > MostNamed ? $" and {_tries.Count - MostNamed} other addresses" : "";
                LogMinute(what, count, string.Join(", ", named) + others);
            }

            if (_tries.Count == 0)
            {
                _timer?.Dispose();
                _timer = null;
            }

            _tries.Clear();
            (_logged, _others, _began) = (0, 0, time.GetTimestamp());
        }
    }

    [LoggerMessage(LogLevel.Warning, "{What} came from {Address}. More of them are one line a minute.")]
    private partial void LogFirst(string what, ClientAddress address);

    [LoggerMessage(LogLevel.Warning, "{What} came {Count} more times in the last minute, from {Addresses}.")]
    private partial void LogMinute(string what, int count, string addresses);
}
