using System.Buffers.Text;
using System.Text;

namespace IoTOrleans.Silo.Catalogue;

/// <summary>Opaque to the client: which source (and its version), which query, and how far that source has been read.</summary>
internal static class ThingCursor
{
    public static string Write(string source, ThingQuery query, string position) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{source}.{query.Fingerprint()}.{position}"));

    /// <returns>The source's own position.</returns>
    public static string Read(string source, ThingQuery query, string cursor)
    {
        if (Decode(cursor).Split('.', 3) is not [var from, var fingerprint, { Length: > 0 } position])
            throw new CursorException("It is not one that this service gave out.");
        if (from != source || fingerprint != query.Fingerprint())
            throw new CursorException(
                "It belongs to a query with another status, prefix or thingName: repeat those, or begin without a cursor.");
        return position;
    }

    private static string Decode(string cursor) =>
        Base64Url.IsValid(cursor) ? Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor)) : "";
}
