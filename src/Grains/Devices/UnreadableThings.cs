using System.Collections.Concurrent;

namespace IoTOrleans.Grains.Devices;

/// <summary>
/// A thing whose stored state cannot be read is there, and nothing is known of it. A reader of many things must get all others.
/// The log names it, once an hour.
/// </summary>
public sealed partial class UnreadableThings(
    [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time, ILogger<UnreadableThings> logger)
{
    internal const int MostNamed = 20;

    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    /// <summary>Of those that cannot be read, so many are kept in mind. Mostly there is none.</summary>
    private const int MostKnown = 1000;

    private readonly ConcurrentDictionary<string, bool> _known = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly HashSet<string> _named = new(StringComparer.Ordinal);
    private long _since = time.GetTimestamp();

    /// <summary>
    /// When it was last read here, it could not be. Orleans would log several stacks about its grain, whenever somebody asks it something.
    /// </summary>
    public bool IsOne(string thingName) => _known.ContainsKey(thingName);

    public StoredThing Take(string thingName, BinaryData stored) => Take(thingName, Lenient<DeviceState>.Of(stored));

    internal StoredThing Take(string thingName, Lenient<DeviceState> stored)
    {
        if (stored.Unreadable is not { } why) _known.TryRemove(thingName, out _);
        else
        {
            if (_known.Count < MostKnown) _known[thingName] = true;
            Name(thingName, why);
        }

        return new(thingName, stored.State) { Unreadable = stored.Unreadable };
    }

    private void Name(string thingName, string why)
    {
        lock (_lock)
        {
            if (time.GetElapsedTime(_since) >= Every)
            {
                _named.Clear();
                _since = time.GetTimestamp();
            }

            if (_named.Count > MostNamed || !_named.Add(thingName)) return;
            if (_named.Count > MostNamed) LogMore(MostNamed);
            else LogUnreadable(thingName, why);
        }
    }

    [LoggerMessage(LogLevel.Error, "The stored state of {Thing} cannot be read ({Why}), so it counts as unknown, and its events fail: mend "
        + "its row in the table of grain states, or delete it to let the thing begin anew")]
    private partial void LogUnreadable(string thing, string why);

    [LoggerMessage(LogLevel.Error, "The stored states of more than {Most} things cannot be read. Within an hour no more are named: was the "
        + "table written by a newer version, or by another program?")]
    private partial void LogMore(int most);
}
