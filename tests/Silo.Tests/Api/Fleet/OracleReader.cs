using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace IoTOrleans.Silo.Tests.Api.Fleet;

/// <summary>A reader of a stream as docs/http.md tells people to write one. It knows nothing but the bytes that it gets.</summary>
internal sealed class OracleReader
{
    private readonly List<byte> _rest = [];

    /// <summary>By name: the status, and which of its states it is.</summary>
    public Dictionary<string, (string Status, int Version)> Rows { get; } = [];

    /// <summary>As a browser keeps it; empty: none.</summary>
    public string LastEventId { get; private set; } = "";

    public JsonElement Counts { get; private set; }

    public JsonElement Tick { get; private set; }

    public List<string> Events { get; } = [];

    public void Take(IEnumerable<byte> bytes)
    {
        // Only whole events are text: the bytes may end within a character.
        _rest.AddRange(bytes);
        while (CollectionsMarshal.AsSpan(_rest).IndexOf("\n\n"u8) is var end and >= 0)
        {
            Dispatch(Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(_rest)[..end]).Split('\n'));
            _rest.RemoveRange(0, end + 2);
        }
    }

    /// <summary>What was not complete is lost, as in a browser.</summary>
    public void Disconnect() => _rest.Clear();

    private void Dispatch(string[] lines)
    {
        var (name, data) = ("", "");
        foreach (var line in lines)
        {
            var (field, value) = line.Split(": ", 2) is [var one, var two] ? (one, two) : (line.TrimEnd(':', ' '), "");
            if (field == "event") name = value;
            if (field == "data") data = value;
            if (field == "id") LastEventId = value;
        }

        if (data.Length == 0) return;
        var body = JsonElement.Parse(data);
        Events.Add(name);
        try
        {
            Dispatch(name, body);
        }
        catch (KeyNotFoundException exception)
        {
            throw new InvalidOperationException($"Not a {name}: {data}", exception);
        }
    }

    private void Dispatch(string name, JsonElement body)
    {
        switch (name)
        {
            case "snapshot":
                if (body.GetProperty("part").GetInt32() == 1) Rows.Clear();
                foreach (var item in body.GetProperty("items").EnumerateArray()) Put(item);
                break;
            case "set":
                Put(body);
                break;
            case "gone":
                Rows.Remove(body.GetProperty("thingName").GetString()!);
                break;
            case "tick":
                Tick = body;
                break;
            case "synced" or "counts":
                Counts = body;
                break;
        }
    }

    private void Put(JsonElement item) => Rows[item.GetProperty("thingName").GetString()!] =
        (item.GetProperty("status").GetString()!, item.GetProperty("outagesSuppressed").GetInt32());
}
