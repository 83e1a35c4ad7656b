using System.Collections.Concurrent;
using System.Text.Json;

namespace IoTOrleans.Page;

/// <summary>What comes over the wire, as the browser's own developer tools count it: with headers, compressed.</summary>
internal sealed class Wire
{
    private readonly ConcurrentDictionary<string, long> _bytes = new();
    private readonly ConcurrentQueue<double> _frames = new();

    public long Bytes => _bytes.Values.Sum();

    public int Requests => _bytes.Count;

    /// <summary>The most frames of the stream within any second; each has the counters once.</summary>
    public int MostFramesASecond
    {
        get
        {
            var times = _frames.Order().ToList();
            return times.Count == 0 ? 0 : times.Max(from => times.Count(at => at >= from && at < from + 0.95));
        }
    }

    public int Frames => _frames.Count;

    public static async Task<Wire> Tap(IPage page)
    {
        var wire = new Wire();
        var session = await page.Context.NewCDPSessionAsync(page);
        session.Event("Network.responseReceived").OnEvent += (_, told) =>
            wire.Add(told, told!.Value.GetProperty("response").GetProperty("encodedDataLength").GetDouble());
        session.Event("Network.dataReceived").OnEvent += (_, told) => wire.Add(told, told!.Value.GetProperty("encodedDataLength").GetDouble());
        session.Event("Network.loadingFinished").OnEvent += (_, told) =>
            wire._bytes[Id(told)] = (long)told!.Value.GetProperty("encodedDataLength").GetDouble();
        session.Event("Network.eventSourceMessageReceived").OnEvent += (_, told) =>
        {
            if (told!.Value.GetProperty("eventName").GetString() == "counts") wire._frames.Enqueue(told.Value.GetProperty("timestamp").GetDouble());
        };
        await session.SendAsync("Network.enable");
        return wire;
    }

    private static string Id(JsonElement? told) => told!.Value.GetProperty("requestId").GetString()!;

    private void Add(JsonElement? told, double bytes) => _bytes.AddOrUpdate(Id(told), (long)bytes, (_, before) => before + (long)bytes);
}
