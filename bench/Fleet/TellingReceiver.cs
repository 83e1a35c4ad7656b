using System.Text.Json;
using IoTOrleans.Testing.Http;

namespace IoTOrleans.Fleet;

/// <summary>A webhook that counts who was told of: singly, or in an incident's last word.</summary>
internal sealed class TellingReceiver : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _incidents = [];
    private HttpStub _stub = null!;
    private int _singles;

    public Uri Address => _stub.Address;

    public int Told
    {
        get
        {
            lock (_lock) return _singles + _incidents.Values.Sum();
        }
    }

    public static async Task<TellingReceiver> Start()
    {
        var receiver = new TellingReceiver();
        receiver._stub = await HttpStub.Start((request, _) =>
        {
            receiver.Hear(request.Text);
            return Task.FromResult(new StubAnswer(204));
        });
        return receiver;
    }

    public ValueTask DisposeAsync() => _stub.DisposeAsync();

    private void Hear(string body)
    {
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        lock (_lock)
        {
            if (root.TryGetProperty("incidentId", out var incident))
                _incidents[incident.GetString()!] = root.GetProperty("count").GetInt32();
            else if (root.GetProperty("event").GetString() == "device.offline") _singles++;
        }
    }
}
