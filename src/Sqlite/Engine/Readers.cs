namespace IoTOrleans.Sqlite.Engine;

/// <summary>
/// Threads that read, each with its own connection. In WAL mode they wait neither for the writer nor for each other, and each read takes a
/// new snapshot, so it sees every write that was acknowledged before it.
/// </summary>
/// <remarks>
/// Not the writer's thread: a read would wait until the disk has whole groups. Not the thread pool: a slow disk would hold the threads of
/// the grains and of the silo's timers.
/// </remarks>
internal sealed class Readers : IDisposable
{
    private readonly List<Thread> _threads = [];
    private readonly IReadOnlyList<StoreConnection> _connections;

    public Readers(IReadOnlyList<StoreConnection> connections, StoreSettings settings)
    {
        _connections = connections;
        Queue = new WorkQueue(settings.QueueCapacity, connections[0].Path);
        foreach (var connection in connections)
        {
            var thread = new Thread(() => ReadAll(connection)) { IsBackground = true, Name = $"SQLite reader {_threads.Count + 1}" };
            _threads.Add(thread);
            thread.Start();
        }
    }

    public WorkQueue Queue { get; }

    public void Dispose()
    {
        Queue.Close();
        foreach (var thread in _threads) thread.Join();
        Queue.Dispose();
        foreach (var connection in _connections) connection.Dispose();
    }

    private void ReadAll(StoreConnection connection)
    {
        foreach (var item in Queue.TakeAll())
        {
            try
            {
                item.Run(connection);
                item.Publish();
            }
            catch (Exception cause)
            {
                item.Fail(Failures.Describe(cause, connection.Path));
            }

            Queue.Done(1);
        }
    }
}
