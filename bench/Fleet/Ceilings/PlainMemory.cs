using System.Collections.Concurrent;

namespace IoTOrleans.Fleet.Ceilings;

internal sealed class PlainMemory : IPlainStore
{
    private readonly ConcurrentDictionary<string, byte[]> _rows = new();

    public Task<byte[]?> Read(string key) => Task.FromResult(_rows.GetValueOrDefault(key));

    public Task Write(string key, byte[] body)
    {
        _rows[key] = body;
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
