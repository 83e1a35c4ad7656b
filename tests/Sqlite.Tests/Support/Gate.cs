namespace IoTOrleans.Sqlite.Tests.Support;

/// <summary>Holds the writer's thread inside a write until opened, so that a test decides what gathers behind it.</summary>
internal sealed class Gate : IDisposable
{
    private readonly ManualResetEventSlim _open = new();
    private readonly Task _write;

    private Gate(SqliteStore store, TaskCompletionSource entered) => _write = store.Write(_ =>
    {
        entered.SetResult();
        _open.Wait();
        return 0;
    });

    public static async Task<Gate> Close(SqliteStore store)
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var gate = new Gate(store, entered);
        await entered.Task;
        return gate;
    }

    public Task Open()
    {
        _open.Set();
        return _write;
    }

    public void Dispose() => _open.Set();
}
