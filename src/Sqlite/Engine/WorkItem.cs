namespace IoTOrleans.Sqlite.Engine;

/// <summary>A piece of work for a connection, and the promise that its caller waits on.</summary>
internal abstract class WorkItem
{
    /// <summary>Does the work on the thread that owns the connection and keeps the outcome to itself.</summary>
    public abstract void Run(StoreConnection connection);

    /// <summary>Tells the caller the outcome: for a write only after the commit, because until then it may still be lost.</summary>
    public abstract void Publish();

    public abstract void Fail(Exception cause);
}

internal sealed class WorkItem<T>(Func<StoreConnection, T> work) : WorkItem
{
    // Whoever waits must not run on our thread: it would hold up the next group.
    private readonly TaskCompletionSource<T> _promise = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _outcome = default!;

    public Task<T> Promise => _promise.Task;

    public override void Run(StoreConnection connection) => _outcome = work(connection);

    public override void Publish() => _promise.TrySetResult(_outcome);

    public override void Fail(Exception cause) => _promise.TrySetException(cause);
}
