namespace IoTOrleans.Events;

/// <summary>What is stored, without waking a thing for the question.</summary>
internal interface IKnownThings
{
    Task<long> Count(CancellationToken cancellationToken);

    Task<bool> Knows(string thingName, CancellationToken cancellationToken);
}

/// <summary>
/// <c>Things:Most</c>: who may send events can make up names, and each of them would be stored. Below the limit this costs nothing, at the
/// limit a read for each name. A restart counts what is stored; between two restarts a write whose answer was lost is not counted.
/// </summary>
/// <param name="most">0: no limit.</param>
internal sealed partial class ThingLimit(
    int most, IKnownThings known, ILogger<ThingLimit> logger, TimeProvider? time = null) : IDisposable
{
    /// <summary>A CONNECT waits for 10 s at most.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _counting = new(1);
    private bool _isCounted;
    private long _count;
    private long _coming;

    /// <summary>For a person.</summary>
    public string Why => WhyOf(most);

    public static string WhyOf(int most) => FormattableString.Invariant(
        $"Things:Most allows {most:N0} things and no more: delete things that are gone, or set it higher.");

    /// <summary>One for each request that may bring new things.</summary>
    public NewThings Begin() => new(this);

    public async ValueTask<bool> HasRoomFor(string thingName)
    {
        using var one = Begin();
        return (await one.Take([thingName], CancellationToken.None)).Count == 0;
    }

    public async ValueTask<bool> IsReached(CancellationToken cancellationToken)
    {
        await Count(cancellationToken);
        return !IsOff && Interlocked.Read(ref _count) >= most;
    }

    /// <summary>Before the first thing is stored.</summary>
    public async ValueTask Count(CancellationToken cancellationToken)
    {
        if (IsOff || Volatile.Read(ref _isCounted)) return;
        await _counting.WaitAsync(cancellationToken);
        try
        {
            if (_isCounted) return;
            _count = await known.Count(cancellationToken);
            Volatile.Write(ref _isCounted, true);
            if (_count >= most) LogReached(Why);
        }
        finally
        {
            _counting.Release();
        }
    }

    public void Added()
    {
        if (Interlocked.Increment(ref _count) == most) LogReached(Why);
    }

    public void Removed() => Interlocked.Decrement(ref _count);

    public void Dispose() => _counting.Dispose();

    private bool IsOff => most == 0;

    /// <returns>
    /// Null: storage does not answer. Then names count as known: to refuse a thing that is known may become a false outage, and what is
    /// taken in waits for storage anyway.
    /// </returns>
    private async Task<bool?> Knows(string thingName, CancellationToken cancellationToken)
    {
        try
        {
            return await known.Knows(thingName, cancellationToken).WaitAsync(Patience, time ?? TimeProvider.System, cancellationToken);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private bool TryReserve(int more)
    {
        if (Interlocked.Add(ref _coming, more) + Interlocked.Read(ref _count) <= most) return true;
        Interlocked.Add(ref _coming, -more);
        return false;
    }

    [LoggerMessage(LogLevel.Warning, "{Why} New names are refused over HTTP and MQTT. Known things are watched as always, and "
        + "events from queues are never refused.")]
    private partial void LogReached(string why);

    /// <summary>
    /// The names of one request. Until it is disposed they count as if none of them were stored yet: so requests at the same time cannot
    /// pass the limit together. One of them may be refused that would have fitted.
    /// </summary>
    internal sealed class NewThings(ThingLimit limit) : IDisposable
    {
        private int _taken;

        /// <returns>The new names that have no room. Known names always pass.</returns>
        public async ValueTask<IReadOnlyList<string>> Take(IReadOnlyCollection<string> names, CancellationToken cancellationToken)
        {
            await limit.Count(cancellationToken);
            return limit.IsOff || TryReserve(names.Count) ? [] : await TakeOneByOne(names, cancellationToken);
        }

        /// <summary>For long lists of known names: takes room for the new ones only, at the price of a read for each name.</summary>
        /// <inheritdoc cref="Take"/>
        public async ValueTask<IReadOnlyList<string>> TakeOneByOne(
            IReadOnlyCollection<string> names, CancellationToken cancellationToken)
        {
            await limit.Count(cancellationToken);
            List<string> refused = [];
            if (limit.IsOff) return refused;
            foreach (var name in names)
            {
                if (await limit.Knows(name, cancellationToken) is not { } isKnown) break;
                if (!isKnown && !TryReserve(1)) refused.Add(name);
            }

            return refused;
        }

        public void Dispose() => Interlocked.Add(ref limit._coming, -_taken);

        private bool TryReserve(int more)
        {
            if (!limit.TryReserve(more)) return false;
            _taken += more;
            return true;
        }
    }
}
