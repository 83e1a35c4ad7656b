using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace IoTOrleans.Sqlite.Engine;

/// <param name="Run">Does the work on the thread that owns the connection, and keeps the result.</param>
/// <param name="Publish">Gives the caller the result: for a write only after the commit, because until then it may still be lost.</param>
internal sealed record WorkItem(Action<StoreConnection> Run, Action Publish, Action<Exception> Fail);

/// <summary>
/// Work that waits for the thread of a connection: at most <c>capacity</c> items, with those that are in work. A caller that finds the
/// queue full waits without holding a thread.
/// </summary>
/// <remarks>
/// Not a <c>Channel</c>: its reader wakes through the thread pool, and the store must go on when the pool is starved. A
/// <see cref="BlockingCollection{T}"/> wakes our own thread directly.
/// </remarks>
internal sealed class WorkQueue(int capacity, string path) : IDisposable
{
    private readonly SemaphoreSlim _places = new(capacity);
    private readonly BlockingCollection<WorkItem> _items = [];

    /// <summary>Items that are accepted and not yet done.</summary>
    public int InFlight => capacity - _places.CurrentCount;

    /// <summary>
    /// The token counts only while the caller waits for a place. Accepted work is always done, so a write that was canceled is certainly
    /// not stored.
    /// </summary>
    public async Task<T> Run<T>(Func<StoreConnection, T> work, CancellationToken cancellationToken)
    {
        // The caller must not go on running on our thread: it would hold up the next group.
        var promise = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        T outcome = default!;
        await _places.WaitAsync(cancellationToken);
        Add(new(connection => outcome = work(connection), () => promise.TrySetResult(outcome), cause => promise.TrySetException(cause)));
        return await promise.Task;
    }

    /// <summary>Waits for work and hands it out until <see cref="Close"/> was called and nothing is left.</summary>
    public IEnumerable<WorkItem> TakeAll() => _items.GetConsumingEnumerable();

    public bool TryTake([NotNullWhen(true)] out WorkItem? item) => _items.TryTake(out item);

    public void Done(int count) => _places.Release(count);

    /// <summary>The items in the queue are still done. New callers, and callers that wait for a place, are refused.</summary>
    public void Close() => _items.CompleteAdding();

    /// <summary>The semaphore stays: a caller may still wait for a place, to be refused in <see cref="Add"/>.</summary>
    public void Dispose() => _items.Dispose();

    private void Add(WorkItem item)
    {
        try
        {
            _items.Add(item);
        }
        catch (InvalidOperationException) // Closed or disposed, perhaps while the caller waited for its place.
        {
            _places.Release();
            throw Failures.Closed(path);
        }
    }
}
