using System.Text;

namespace IoTOrleans.Silo.Api.Fleet;

/// <summary>A Server-Sent Event whose text is made once, if at all, for all streams.</summary>
internal class SharedEvent(Func<byte[]> make)
{
    private readonly Lazy<byte[]> _bytes = new(make);

    public byte[] Bytes => _bytes.Value;

    public bool Says(SharedEvent other) => this == other || Bytes.AsSpan().SequenceEqual(other.Bytes);
}

/// <inheritdoc/>
/// <param name="value">What it is about.</param>
internal class SharedEvent<T>(T value, Func<byte[]> make) : SharedEvent(make)
{
    public T Value => value;
}

internal static class EventText
{
    /// <summary>Ends each event.</summary>
    public static ReadOnlySpan<byte> End => "\n"u8;

    /// <summary>Without its end, so that a cursor can follow.</summary>
    public static byte[] Of(string name, object body) =>
        [.. Encoding.UTF8.GetBytes($"event: {name}\ndata: "), .. JsonSerializer.SerializeToUtf8Bytes(body, ApiJson.Options), (byte)'\n'];

    /// <param name="cursor">Null: whoever connects again has to begin afresh.</param>
    public static byte[] Id(string? cursor) => Encoding.UTF8.GetBytes($"id: {cursor}\n");
}
