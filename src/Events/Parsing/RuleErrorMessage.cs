namespace IoTOrleans.Events.Parsing;

/// <summary>
/// What an IoT rule sends to its error queue when an action of it fails: the message that the rule got, and what went wrong.
/// </summary>
internal static class RuleErrorMessage
{
    private const int MaxLength = 300;

    internal const string PayloadField = "base64OriginalPayload";

    /// <summary>The message as the rule got it, before its SELECT; null after a refusal.</summary>
    internal static byte[]? ReadPayload(EventFields fields)
    {
        if (fields.Find(PayloadField) is { ValueKind: JsonValueKind.String } payload && payload.TryGetBytesFromBase64(out var bytes))
            return bytes;
        fields.Refuse(RefusalReason.BadOriginalPayload, $"`{PayloadField}` is not base64.");
        return null;
    }

    internal static RuleFailure ReadFailure(JsonElement message)
    {
        var failure = message.Find("failures") is { ValueKind: JsonValueKind.Array } failures
            ? failures.EnumerateArray().FirstOrDefault() : default;
        return new(
            Text(message, "ruleName") ?? "(no name)",
            $"{Text(failure, "failedAction") ?? "An action"}: {Text(failure, "errorMessage") ?? "no reason given"}");
    }

    /// <summary>For a line of the log.</summary>
    private static string? Text(JsonElement element, string name) =>
        element.Find(name) is { ValueKind: JsonValueKind.String } text && text.TextOrNull() is { Length: > 0 } value
            ? Characters.Shorten(value, MaxLength) : null;
}

/// <summary>
/// The shadow of which a message on <c>$aws/things/{thing}/shadow[/name/{shadow}]/update/documents</c> tells. The message itself names
/// neither: a rule adds them in its SELECT.
/// </summary>
internal sealed record ShadowTopic(string ThingName, string? ShadowName)
{
    /// <returns>Null: another topic.</returns>
    internal static ShadowTopic? Read(JsonElement? topic) =>
        topic is not { ValueKind: JsonValueKind.String } text ? null : text.TextOrNull()?.Split('/') switch
        {
            ["$aws", "things", var thing, "shadow", "update", "documents"] => new(thing, null),
            ["$aws", "things", var thing, "shadow", "name", var shadow, "update", "documents"] => new(thing, shadow),
            _ => null,
        };
}
