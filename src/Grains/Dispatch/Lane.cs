using System.Threading.Channels;

namespace IoTOrleans.Grains.Dispatch;

internal interface ILane
{
    int Count { get; }

    /// <summary>Works until the lane is closed and empty, or until the token ends it. What is left then is asked for again.</summary>
    Task Run(CancellationToken cancellationToken);

    void Close();
}

/// <summary>A bounded queue with workers. What does not fit is asked for again at the next tick. No key is taken twice.</summary>
internal sealed partial class Lane<TWork>(
    string name, int workers, int capacity, Func<TWork, CancellationToken, Task> handle, ILogger logger) : ILane
{
    private readonly Channel<(string Key, TWork Work)> _waiting = Channel.CreateBounded<(string, TWork)>(
        new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.Wait });

    private readonly ConcurrentDictionary<string, Place> _taken = new();

    private volatile bool _closed;

    public int Count => _taken.Count;

    /// <param name="follows">Whether the second waits for the first, which has the same key. Default: it is refused.</param>
    public bool TryAdd(string key, TWork work, Func<TWork, TWork, bool>? follows = null)
    {
        while (!_taken.TryAdd(key, new(work, [])))
        {
            if (follows is null) return false;
            if (!_taken.TryGetValue(key, out var place)) continue;
            if (!follows(place.Now, work)) return false;
            if (_taken.TryUpdate(key, place with { Next = [work] }, place)) return true;
        }

        if (_waiting.Writer.TryWrite((key, work))) return true;
        _taken.TryRemove(key, out _);
        if (!_closed) LogFull(name, capacity);
        return false;
    }

    public Task Run(CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Work(cancellationToken)));

    public void Close()
    {
        _closed = true;
        _waiting.Writer.TryComplete();
    }

    private async Task Work(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var (key, work) = await _waiting.Reader.ReadAsync(cancellationToken);
                try
                {
                    await handle(work, cancellationToken);
                }
                catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
                {
                    LogFailed(exception, name, key);
                }
                finally
                {
                    if (_taken.TryRemove(key, out var place) && place.Next is [var next]) TryAdd(key, next);
                }
            }
        }
        catch (Exception exception) when (exception is ChannelClosedException or OperationCanceledException)
        {
            // Closed and empty, or stopping: the reminders of what is left ask again at the next start.
        }
    }

    /// <param name="Next">What has its turn after that: one at most.</param>
    private sealed record Place(TWork Now, TWork[] Next);

    [LoggerMessage(LogLevel.Warning, "{Lane}: more than {Capacity} requests wait. Further ones come again at their next tick.")]
    private partial void LogFull(string lane, int capacity);

    [LoggerMessage(LogLevel.Warning, "{Lane}: {Key} failed. Its next tick asks again.")]
    private partial void LogFailed(Exception exception, string lane, string key);
}
