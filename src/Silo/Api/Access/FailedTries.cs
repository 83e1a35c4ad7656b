using System.Net.Sockets;

namespace IoTOrleans.Silo.Api.Access;

/// <summary>
/// Counts wrong keys by address, and logs them in one line a minute. A right key is looked at first and always lets in: an attacker behind
/// the same address (NAT, a proxy) shuts out nobody. So it is the length of the keys that makes guessing hopeless, not this limit. The
/// limit slows down a client with an old key, and keeps the log short.
/// </summary>
internal sealed partial class FailedTries(TimeProvider time, ILogger<FailedTries> logger) : IDisposable
{
    internal const int PerMinute = 10;

    /// <summary>The others share one count; else an attacker with many addresses would fill the memory.</summary>
    internal const int MostAddresses = 10_000;

    private const int MostNamed = 5;
    private const string Others = "other addresses";

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, int> _tries = [];
    private readonly Lock _lock = new();
    private ITimer? _timer;
    private long _began;
    private int _logged;

    /// <param name="from">Null: a Unix socket.</param>
    /// <returns>How long to wait before the next try; null: there were not too many.</returns>
    public TimeSpan? Count(IPAddress? from)
    {
        lock (_lock)
        {
            var who = NetworkOf(from);
            if (_timer is null)
            {
                _began = time.GetTimestamp();
                _timer = time.CreateTimer(_ => EndMinute(), null, Minute, Minute);
                _logged = 1;
                LogFirst(who);
            }

            if (_tries.Count >= MostAddresses && !_tries.ContainsKey(who)) who = Others;
            var count = _tries[who] = _tries.GetValueOrDefault(who) + 1;
            if (count <= PerMinute) return null;
            var left = Minute - time.GetElapsedTime(_began);
            return left > TimeSpan.Zero ? left : TimeSpan.FromSeconds(1);
        }
    }

    /// <summary>An IPv6 client has a whole /64 to choose its address from.</summary>
    internal static string NetworkOf(IPAddress? address)
    {
        if (address is null) return "a Unix socket";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6 || IPAddress.IsLoopback(address)) return address.ToString();
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return $"{new IPAddress(bytes)}/64";
    }

    public void Dispose()
    {
        lock (_lock) _timer?.Dispose();
    }

    private void EndMinute()
    {
        lock (_lock)
        {
            var count = _tries.Values.Sum() - _logged;
            if (count > 0)
            {
                var named = _tries.OrderByDescending(pair => pair.Value).Take(MostNamed).Select(pair => $"{pair.Key} ({pair.Value})");
                var others = _tries.Count > MostNamed ? $" and {_tries.Count - MostNamed} other addresses" : "";
                LogMinute(count, string.Join(", ", named) + others);
            }

            if (_tries.Count == 0)
            {
                _timer?.Dispose();
                _timer = null;
            }

            _tries.Clear();
            (_logged, _began) = (0, time.GetTimestamp());
        }
    }

    [LoggerMessage(LogLevel.Warning, "A request with a wrong key came from {Address}. More of them are one line a minute.")]
    private partial void LogFirst(string address);

    [LoggerMessage(LogLevel.Warning, "In the last minute {Count} more requests came with wrong keys, from {Addresses}.")]
    private partial void LogMinute(int count, string addresses);
}
