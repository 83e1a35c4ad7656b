using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace IoTOrleans.Sqlite.Engine;

/// <summary>
/// Work on its way to a connection's thread. It holds at most <c>capacity</c> pieces, those being worked on included; whoever
/// comes then waits for a place without holding a thread.
/// </summary>
/// <remarks>
/// Not a <c>Channel</c>: its reader wakes by way of the thread pool, and the store must go on when the pool is starved. A
/// <see cref="BlockingCollection{T}"/> wakes our own thread directly.
/// </remarks>
internal sealed class WorkQueue(int capacity, string path) : IDisposable
{
    private readonly SemaphoreSlim _places = new(capacity);
    private readonly BlockingCollection<WorkItem> _items = [];

    /// <summary>Pieces accepted and not yet done.</summary>
    public int InFlight => capacity - _places.CurrentCount;

    /// <summary>
    /// The token counts only while waiting for a place. Accepted work is done whatever the caller wants by then, so a write that
    /// was called off was certainly not stored.
    /// </summary>
    public async Task<T> Run<T>(Func<StoreConnection, T> work, CancellationToken cancellationToken)
    {
        var item = new WorkItem<T>(work);
        await _places.WaitAsync(cancellationToken);
        Add(item);
        return await item.Promise;
    }

    /// <summary>Waits for work and hands it out until <see cref="Close"/> was called and nothing is left.</summary>
    public IEnumerable<WorkItem> TakeAll() => _items.GetConsumingEnumerable();

    public bool TryTake([NotNullWhen(true)] out WorkItem? item) => _items.TryTake(out item);

    public void Done(int count) => _places.Release(count);

    /// <summary>What is in the queue is still done; whoever comes later, or waits for a place, is refused.</summary>
    public void Close() => _items.CompleteAdding();

    /// <summary>The semaphore stays: someone may still be waiting for a place, to be refused in <see cref="Add"/>.</summary>
    public void Dispose() => _items.Dispose();

    private void Add(WorkItem item)
    {
        try
        {
            _items.Add(item);
        }
        catch (InvalidOperationException) // Closed, or disposed, perhaps while this one waited for its place.
        {
            _places.Release();
            throw Failures.Closed(path);
        }
    }
}
