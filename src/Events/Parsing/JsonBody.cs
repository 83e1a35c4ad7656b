using System.Text.Unicode;

namespace IoTOrleans.Events.Parsing;

/// <summary>
/// Makes JSON of bytes that strangers sent, for every source. It never throws, and its error texts repeat nothing of the body.
/// </summary>
internal static class JsonBody
{
    private const int PieceBytes = 4096;

    /// <summary>Refuses a key that stands twice: readers would differ about <c>"connected":true,"connected":false</c>.</summary>
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    /// <param name="read">May read any text of the body. Half a surrogate pair in it leads to <paramref name="refuse"/>.</param>
    /// <param name="refuse">Gets one sentence for a person.</param>
    internal static T Read<T>(ReadOnlyMemory<byte> utf8, Func<JsonElement, T> read, Func<string, T> refuse)
    {
        // Editors on Windows write a byte order mark, and RFC 8259 lets a reader ignore it.
        if (utf8.Span.StartsWith("\uFEFF"u8)) utf8 = utf8[3..];
        if (utf8.IsEmpty) return refuse("The body is empty.");
        if (!Utf8.IsValid(utf8.Span)) return refuse("The body is not UTF-8.");

        try
        {
            using var document = JsonDocument.Parse(utf8, Options);
            return read(document.RootElement);
        }
        catch (JsonException exception)
        {
            return refuse(exception.LineNumber is { } line && exception.BytePositionInLine is { } position
                ? FormattableString.Invariant($"Not JSON, or nested too deep, at line {line + 1}, byte {position + 1}.")
                : "A key stands twice in one object.");
        }
        catch (InvalidOperationException)
        {
            // JSON can spell half a surrogate pair ("\ud800"). System.Text.Json throws only when the text is read.
            return refuse("The body spells half a surrogate pair in a text or a key.");
        }
    }

    /// <summary>Reads the whole body into memory: every source has a limit, 1 MiB at most.</summary>
    internal static async Task<ReadOnlyMemory<byte>> Receive(Stream body, CancellationToken cancellationToken) =>
        (await Receive(body, _ => true, cancellationToken))!.Value;

    /// <param name="mayGrow">Is told the length of each piece before it is kept.</param>
    /// <returns>Null: one piece was not to be kept, and nothing behind it was read.</returns>
    internal static async Task<ReadOnlyMemory<byte>?> Receive(
        Stream body, Func<int, bool> mayGrow, CancellationToken cancellationToken)
    {
        using var all = new MemoryStream();
        var piece = new byte[PieceBytes];
        while (await body.ReadAsync(piece, cancellationToken) is var count and > 0)
        {
            if (!mayGrow(count)) return null;
            all.Write(piece, 0, count);
        }

        return all.GetBuffer().AsMemory(0, (int)all.Length);
    }
}
