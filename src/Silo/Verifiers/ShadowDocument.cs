using IoTOrleans.Events.Parsing;

namespace IoTOrleans.Silo.Verifiers;

/// <summary>Reads <c>reported.connected</c> of a shadow, when it was last written, and the document's version.</summary>
internal static class ShadowDocument
{
    public static VerifierAnswer Read(ReadOnlyMemory<byte> document, string? shadowName)
    {
        try
        {
            using var json = JsonDocument.Parse(document);
            return Read(json.RootElement, shadowName);
        }
        catch (JsonException)
        {
            return new(
                VerifierVerdict.Failed, ShadowName: shadowName, Detail: "The answer is not JSON: is this endpoint the IoT data plane?");
        }
    }

    private static VerifierAnswer Read(JsonElement shadow, string? shadowName)
    {
        if (shadow.Find("state", "reported", "connected") is not { } connected)
            return DoesNotKnow("The shadow has no state.reported.connected.");
        if (connected.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            return DoesNotKnow("The shadow's state.reported.connected is neither true nor false.");
        if (shadow.Find("metadata", "reported", "connected", "timestamp") is not { ValueKind: JsonValueKind.Number } stamp
            || !stamp.TryGetInt64(out var seconds) || seconds is < 0 or > 253_402_300_799)
            return DoesNotKnow("The shadow has no metadata.reported.connected.timestamp, so nobody can tell how old its answer is.");

        return new(
            connected.GetBoolean() ? VerifierVerdict.Connected : VerifierVerdict.Disconnected,
            DateTimeOffset.FromUnixTimeSeconds(seconds),
            shadow.Find("version") is { ValueKind: JsonValueKind.Number } version && version.TryGetInt64(out var number) ? number : null,
            shadowName);

        VerifierAnswer DoesNotKnow(string detail) => new(VerifierVerdict.DoesNotKnow, ShadowName: shadowName, Detail: detail);
    }
}
