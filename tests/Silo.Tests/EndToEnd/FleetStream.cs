using IoTOrleans.Silo.Tests.Api.Fleet;

namespace IoTOrleans.Silo.Tests.EndToEnd;

/// <summary>A stream of a silo, read to what it says now.</summary>
internal sealed class FleetStream : IAsyncDisposable
{
    private readonly SiloProcess _silo;
    private readonly HttpResponseMessage _response;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _close = new();
    private readonly OracleReader _reader;
    private readonly Task _reading;

    private FleetStream(SiloProcess silo, HttpResponseMessage response, Stream stream, OracleReader reader)
    {
        (_silo, _response, _reader) = (silo, response, reader);
        _reading = Read(stream);
    }

    public OracleReader Reader
    {
        get
        {
            lock (_lock) return _reader;
        }
    }

    /// <summary>The service has ended it.</summary>
    public Task Ended => _reading;

    /// <summary>As a browser connects again, perhaps to another silo: with the rows that it has.</summary>
    public static Task<FleetStream> GoOn(FleetStream ended, SiloProcess silo)
    {
        ended._reader.Disconnect();
        return Open(silo, lastEventId: ended._reader.LastEventId, reader: ended._reader);
    }

    public static async Task<FleetStream> Open(
        SiloProcess silo, string query = "", string? lastEventId = null, OracleReader? reader = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/fleet/stream{query}");
        if (lastEventId is not null) request.Headers.Add("Last-Event-ID", lastEventId);
        var response = await silo.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        return new(silo, response, await response.Content.ReadAsStreamAsync(), reader ?? new());
    }

    public Task UntilRow(string thing, string? status) => Until(
        reader => (reader.Rows.TryGetValue(thing, out var row) ? row.Status : null) == status, $"{thing} is {status ?? "gone"}");

    public Task Until(Func<OracleReader, bool> condition, string what) => _silo.Until(
        () =>
        {
            lock (_lock) return condition(_reader);
        },
        what);

    public async ValueTask DisposeAsync()
    {
        // Not while something is read: the client would use the buffer of that reading again.
        await _close.CancelAsync();
        await _reading;
        _response.Dispose();
        _close.Dispose();
    }

    private async Task Read(Stream stream)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await stream.ReadAsync(buffer, _close.Token) is var count and > 0)
            {
                lock (_lock) _reader.Take(buffer.Take(count));
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // Closed.
        }
    }
}
