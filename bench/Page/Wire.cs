using System.Collections.Concurrent;
using System.Text.Json;

namespace IoTOrleans.Page;

/// <summary>What comes over the wire, as the browser's own developer tools count it: with headers, compressed.</summary>
internal sealed class Wire
{
    private const double OneFrame = 0.05;

    private readonly ConcurrentDictionary<string, long> _bytes = new();
    private readonly ConcurrentQueue<(string Stream, StreamMessage Message)> _messages = new();

    public long Bytes => _bytes.Values.Sum();

    public int Requests => _bytes.Count;

    /// <summary>
    /// How far apart the frames of each stream came in, and what they began with. What comes less than 50 ms after the message before it
    /// belongs to the same frame: a frame is written at once. The time is that at which the page got a message: a busy page gets it late.
    /// </summary>
    public IReadOnlyList<Distance> Distances =>
    [
        .. _messages.GroupBy(message => message.Stream, message => message.Message)
            .SelectMany(stream => DistancesOf(stream.OrderBy(one => one.At))),
    ];

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
            wire._messages.Enqueue((
                Id(told), new(told!.Value.GetProperty("timestamp").GetDouble(), told.Value.GetProperty("eventName").GetString()!)));
        await session.SendAsync("Network.enable");
        return wire;
    }

    private static IEnumerable<Distance> DistancesOf(IEnumerable<StreamMessage> messages)
    {
        var (begin, last) = ((StreamMessage?)null, (StreamMessage?)null);
        foreach (var message in messages)
        {
            if (last is null || message.At - last.At >= OneFrame)
            {
                if (begin is not null) yield return new(message.At - begin.At, last!.Event, message.Event);
                begin = message;
            }

            last = message;
        }
    }

    private static string Id(JsonElement? told) => told!.Value.GetProperty("requestId").GetString()!;

    private void Add(JsonElement? told, double bytes) => _bytes.AddOrUpdate(Id(told), (long)bytes, (_, before) => before + (long)bytes);
}

internal sealed record StreamMessage(double At, string Event);

/// <param name="Seconds">From the first message of a frame to the first of the next.</param>
/// <param name="Last">The last message of the one.</param>
/// <param name="Next">The first message of the other.</param>
internal sealed record Distance(double Seconds, string Last, string Next)
{
    public override string ToString() => $"{1000 * Seconds:N0} ms ({Last}, {Next})";
}
