namespace IoTOrleans.Sqlite.Tests.Support;

/// <summary>Holds the writer's thread inside a write until opened, so that a test decides what gathers behind it.</summary>
internal sealed class Gate : IDisposable
{
    private readonly ManualResetEventSlim _open = new();
    private Task _write = Task.CompletedTask;

    public static async Task<Gate> Close(SqliteStore store)
    {
        var gate = new Gate();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        gate._write = store.Write(_ =>
        {
            entered.SetResult();
            gate._open.Wait();
            return 0;
        });
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
