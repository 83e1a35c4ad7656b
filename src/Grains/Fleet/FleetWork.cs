using IoTOrleans.Grains.Logging;
using IoTOrleans.Grains.Mutes;
using Orleans.Storage;

namespace IoTOrleans.Grains.Fleet;

/// <summary>What the fleet's grain does beside its turns, on its thread: reads storage for the book, and stores it.</summary>
internal sealed partial class FleetWork(
    FleetBook book, FleetStore store, MuteBook mutes, GrainMetrics metrics,
    [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time, ILogger<FleetGrain> logger,
    IThingsNotWell? notWell = null, IThingCatalogue? catalogue = null, ISiloStatusOracle? silos = null)
    : IDisposable
{
    internal static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Silos may not know of each other for a while, and each have an activation: whoever began last counts. A read of the record costs
    /// one unit for each 4 KB on DynamoDB.
    /// </summary>
    internal static readonly TimeSpan OwnedEvery = TimeSpan.FromSeconds(15);

    internal static readonly TimeSpan StoredEvery = TimeSpan.FromMinutes(1);

    /// <summary>Reports of what was decided before the end of a count have come in by then.</summary>
    internal static readonly TimeSpan Settle = TimeSpan.FromSeconds(5);

    /// <summary>Things that are not well are few. Their list is made anew in case that something was missed.</summary>
    internal static readonly TimeSpan LoadedEvery = TimeSpan.FromHours(1);

    internal static readonly TimeSpan CountedEvery = TimeSpan.FromDays(1);

    /// <summary>On DynamoDB 1,250 read units a second, for three minutes with a million things.</summary>
    internal const int CountedPerSecond = 5000;

    internal const int PageSize = 1000;

    internal const int AtOnce = 32;

    private static readonly Backoff Retry = new(Every, TimeSpan.FromMinutes(1));

    private readonly CancellationTokenSource _end = new();
    private readonly LogLimiter _quiet = new(time, TimeSpan.FromHours(1));
    private readonly HashSet<SiloAddress> _seen = [];
    private IReadOnlyList<Mute> _mutes = [];
    private long _ownedAt;
    private bool _mayBeReplaced;
    private long _storedAt;
    private long _loadedAt;
    private long _countedAt;
    private Task _atWork = Task.CompletedTask;

    /// <summary>The book has taken over what was stored, and reports count.</summary>
    public bool HasBegun { get; private set; }

    public string Silo => silos?.SiloAddress.ToParsableString() ?? "";

    /// <param name="replaced">Another activation has begun.</param>
    public void Start(Action replaced) =>
        _atWork = Task.WhenAll(Loop(Step, "listed"), Loop(Count, "counted"), Loop(_ => Own(replaced), "listed"));

    /// <param name="report">What is still to be reported on this silo, unless another activation counts.</param>
    public async Task End(Action report, CancellationToken cancellationToken)
    {
        await _end.CancelAsync();
        await _atWork.WaitAsync(cancellationToken);
        if (!HasBegun || !await store.IsMine().WaitAsync(cancellationToken)) return;
        report();
        await store.Write(book.Save(ending: true)).WaitAsync(cancellationToken);
    }

    public void Dispose()
    {
        metrics.Fleet(null);
        _end.Dispose();
    }

    /// <param name="done">What the step does with the things, for the log.</param>
    private async Task Loop(Func<CancellationToken, Task> step, string done)
    {
        var failures = 0;
        while (!_end.IsCancellationRequested)
        {
            var wait = Every;
            try
            {
                await step(_end.Token);
                failures = 0;
            }
            catch (OperationCanceledException) when (_end.IsCancellationRequested)
            {
                return;
            }
            catch (InconsistentStateException) when (!_mayBeReplaced)
            {
                // Another activation has written, or this one did and had no answer: Own finds out.
                _mayBeReplaced = true;
            }
            catch (Exception exception)
            {
                wait = Retry.After(++failures);
                if (_quiet.ShouldLog(done)) LogTriedAgain(exception, done, exception.FirstLine());
            }

            await Task.Delay(wait, time, _end.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    private async Task Step(CancellationToken cancellationToken)
    {
        if (!HasBegun) await Begin();
        WatchSilos();
        var now = time.GetUtcNow();
        book.Tick(now);
        metrics.Fleet(book.Counts(now));
        var running = mutes.Running(now);
        if (!running.SequenceEqual(_mutes) || time.GetElapsedTime(_loadedAt) >= LoadedEvery) book.LoadAgain();
        if (book.NeedsLoad) await Load(running, cancellationToken);
        await LookUp(cancellationToken);
        if (book.TodayIsDirty && time.GetElapsedTime(_storedAt) >= StoredEvery) await Store();
    }

    /// <summary>
    /// From here on the numbers are this activation's: should it end without storing them, they are counted again. It writes in any case, so
    /// that any other one notices.
    /// </summary>
    private async Task Begin()
    {
        var stored = await store.Read();
        await store.Write(stored.State with { Clean = false });
        if (stored.Unreadable is { } why) LogRecordReplaced(why);
        book.Load(stored.State, time.GetUtcNow());
        (_countedAt, _ownedAt, _mayBeReplaced) = (time.GetTimestamp(), time.GetTimestamp(), false);
        HasBegun = true;
    }

    /// <summary>Not a part of the step, which may be reading things for long.</summary>
    private async Task Own(Action replaced)
    {
        if (!HasBegun || (!_mayBeReplaced && time.GetElapsedTime(_ownedAt) < OwnedEvery)) return;
        var isMine = await store.IsMine();
        (_ownedAt, _mayBeReplaced) = (time.GetTimestamp(), false);
        if (isMine) return;
        HasBegun = false;
        metrics.Fleet(null);
        await _end.CancelAsync();
        replaced();
    }

    private async Task Store()
    {
        _storedAt = time.GetTimestamp();
        await store.Write(book.Save(ending: false));
        _ownedAt = time.GetTimestamp();
    }

    private void WatchSilos()
    {
        if (silos is null) return;
        var all = silos.GetApproximateSiloStatuses();
        _seen.UnionWith(all.Where(one => one.Value == SiloStatus.Active).Select(one => one.Key));
        _seen.UnionWith(book.Silos.Select(SiloAddress.FromParsableString));
        foreach (var silo in _seen.Where(silo => all.GetValueOrDefault(silo, SiloStatus.Dead) == SiloStatus.Dead).ToList())
        {
            _seen.Remove(silo);
            book.Gone(silo.ToParsableString(), time.GetUtcNow());
        }
    }

    private async Task Load(IReadOnlyList<Mute> running, CancellationToken cancellationToken)
    {
        if (notWell is null) return;
        book.BeginLoad();
        try
        {
            var some = new List<string>(AtOnce);
            await foreach (var name in notWell.Names(cancellationToken))
            {
                some.Add(name);
                if (some.Count < AtOnce) continue;
                await Find(some, lookedUp: false, cancellationToken);
                some.Clear();
            }

            await Find(some, lookedUp: false, cancellationToken);
        }
        catch
        {
            book.LoadAgain();
            throw;
        }

        book.EndLoad();
        (_mutes, _loadedAt) = (running, time.GetTimestamp());
    }

    private async Task LookUp(CancellationToken cancellationToken)
    {
        foreach (var some in book.Lookups.ToList().Chunk(AtOnce)) await Find(some, lookedUp: true, cancellationToken);
    }

    private Task Find(IEnumerable<string> names, bool lookedUp, CancellationToken cancellationToken) => Task.WhenAll(names.Select(async name =>
    {
        var arrivals = book.Arrivals;
        var status = await store.StatusOf(name).WaitAsync(cancellationToken);
        book.Found(name, status, arrivals, time.GetUtcNow(), lookedUp);
    }));

    /// <summary>
    /// Counts all things, if there is need, and once a day in any case: a difference would show that a report was lost.
    /// </summary>
    private async Task Count(CancellationToken cancellationToken)
    {
        if (catalogue is null || !HasBegun) return;
        if (!book.NeedsCount && time.GetElapsedTime(_countedAt) < CountedEvery) return;
        var isCheck = !book.NeedsCount;
        book.BeginCount();
        try
        {
            string? cursor = null;
            do
            {
                var arrivals = book.Arrivals;
                var page = await catalogue.List(cursor, PageSize, cancellationToken);
                foreach (var thing in page.Things) book.Found(thing.ThingName, store.StatusOf(thing), arrivals, time.GetUtcNow());
                cursor = page.Next;
                if (cursor is not null)
                    await Task.Delay(TimeSpan.FromSeconds((double)page.Things.Count / CountedPerSecond), time, cancellationToken);
            }
            while (cursor is not null && !book.NeedsCount);

            book.EndWalk(time.GetUtcNow());
            if (!book.NeedsCount) await Task.Delay(Settle, time, cancellationToken);
            while (book.Lookups.Count > 0 && !book.NeedsCount) await Task.Delay(Every, time, cancellationToken);
            if (book.NeedsCount)
            {
                book.GiveUpCount();
                return;
            }

            var difference = book.EndCount(time.GetUtcNow());
            if (isCheck && difference != 0) LogDifference(difference);
            _countedAt = time.GetTimestamp();
            await Store();
        }
        catch
        {
            if (book.IsCounting) book.GiveUpCount();
            throw;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The things of the fleet cannot be {Done} now, so GET /fleet may be out of date, or say complete=false. "
        + "It is tried again: {Error}")]
    private partial void LogTriedAgain(Exception exception, string done, string error);

    [LoggerMessage(LogLevel.Warning, "The stored record of the fleet cannot be read ({Why}). It is replaced, and all things are counted. What "
        + "came back today, what was kept quiet in the last two weeks and the line of the last two hours are lost")]
    private partial void LogRecordReplaced(string why);

    [LoggerMessage(LogLevel.Warning, "The daily count found {Difference} things more (fewer, if negative) than the reports had said. The "
        + "number is right now. Please report this")]
    private partial void LogDifference(int difference);
}
