using System.Text.Json;
using System.Text.Json.Serialization;

namespace IoTOrleans.Grains.State;

/// <summary>
/// <c>[client, number, session, session before, stamp, at − stamp, flags, stamp − opened stamp, opened at − opened stamp]</c>, times in
/// milliseconds; with property names four clients would not fit into one write unit.
/// </summary>
internal sealed class ClientMarkAsArray : JsonConverter<ClientMark>
{
    private const long Connected = 1;
    private const long Ended = 2;
    private const long Late = 4;

    public override ClientMark Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var client = NextText(ref reader) ?? "";
        var number = NextNumber(ref reader);
        var (session, before) = (NextText(ref reader), NextText(ref reader));
        var stamp = DateTimeOffset.FromUnixTimeMilliseconds(NextNumber(ref reader));
        var at = stamp.AddMilliseconds(NextNumber(ref reader));
        var flags = NextNumber(ref reader);
        var openedStamp = stamp.AddMilliseconds(-NextNumber(ref reader));
        var openedAt = openedStamp.AddMilliseconds(NextNumber(ref reader));

        // A later version may have written more.
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) reader.Skip();
        return new()
        {
            Client = client,
            Number = number,
            Session = session,
            SessionBefore = before,
            Stamp = stamp,
            At = at,
            Connected = (flags & Connected) != 0,
            Ended = (flags & Ended) != 0,
            Late = (flags & Late) != 0,
            OpenedStamp = openedStamp,
            OpenedAt = openedAt,
        };
    }

    public override void Write(Utf8JsonWriter writer, ClientMark value, JsonSerializerOptions options)
    {
        var flags = (value.Connected ? Connected : 0) | (value.Ended ? Ended : 0) | (value.Late ? Late : 0);
        writer.WriteStartArray();
        writer.WriteStringValue(value.Client);
        writer.WriteNumberValue(value.Number);
        writer.WriteStringValue(value.Session);
        writer.WriteStringValue(value.SessionBefore);
        writer.WriteNumberValue(value.Stamp.ToUnixTimeMilliseconds());
        writer.WriteNumberValue(Milliseconds(value.At - value.Stamp));
        writer.WriteNumberValue(flags);
        writer.WriteNumberValue(Milliseconds(value.Stamp - value.OpenedStamp));
        writer.WriteNumberValue(Milliseconds(value.OpenedAt - value.OpenedStamp));
        writer.WriteEndArray();
    }

    private static long Milliseconds(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMillisecond;

    private static string? NextText(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.GetString();
    }

    private static long NextNumber(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.GetInt64();
    }
}
