namespace IoTOrleans.Grains.Dispatch;

/// <summary>
/// Those on this silo of whom one destination did not accept something. A thing may come back, be forgotten or be muted, and owe nothing
/// any more, without another attempt. So they are asked.
/// </summary>
internal sealed class Debtors(TimeProvider time)
{
    internal const int Most = RetryQueue.Most;

    /// <summary>Debtors that found no room here have tried again by then: what is refused is tried hourly.</summary>
    internal static readonly TimeSpan AllTryWithin = Presence.Retries.AfterRefused + TimeSpan.FromMinutes(5);

    private const int AskedAtOnce = 16;

    /// <summary>A debtor that does not answer counts as owing.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Dictionary<Waiter, long> _known = [];
    private readonly Lock _lock = new();
    private long _added;
    private long? _fullAt;

    public void Add(Waiter who)
    {
        lock (_lock)
        {
            if (_known.Count < Most || _known.ContainsKey(who)) _known[who] = ++_added;
            else _fullAt = time.GetTimestamp();
        }
    }

    public void Remove(Waiter who)
    {
        lock (_lock) _known.Remove(who);
    }

    /// <summary>True: somebody owes something, or may do. Asks until it has found one; who owes nothing any more is dropped.</summary>
    public async Task<bool> AnyOwes()
    {
        var began = time.GetTimestamp();
        for (var some = First(1); some.Count > 0; some = First(AskedAtOnce))
        {
            var owes = await Task.WhenAll(some.Select(one => Owes(one.Key)));
            Drop(some.Where((_, index) => !owes[index]));
            if (owes.Contains(true) || time.GetElapsedTime(began) > Patience) return true;
        }

        lock (_lock) return _fullAt is { } at && time.GetElapsedTime(at) <= AllTryWithin;
    }

    private List<KeyValuePair<Waiter, long>> First(int most)
    {
        lock (_lock) return [.. _known.Take(most)];
    }

    /// <summary>Not who came in again while it was asked.</summary>
    private void Drop(IEnumerable<KeyValuePair<Waiter, long>> paid)
    {
        lock (_lock)
        {
            foreach (var (who, added) in paid)
            {
                if (_known.GetValueOrDefault(who) == added) _known.Remove(who);
            }
        }
    }

    private async Task<bool> Owes(Waiter who)
    {
        try
        {
            return await who.Owes(who.Name).WaitAsync(Patience, time);
        }
        catch (Exception)
        {
            return true;
        }
    }
}
