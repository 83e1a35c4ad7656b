using System.Text;

namespace IoTOrleans.Events.Parsing;

/// <summary>
/// Reads the fields of an event one by one. The first field that is wrong decides why the event is refused; nothing is read after it.
/// A refusal names the field and the remedy, and repeats nothing of the body but a number: it goes into logs and answers.
/// </summary>
internal sealed class EventFields(JsonElement body, Arrival arrival, Wrappers wrappers)
{
    /// <summary>Longer than anything AWS sends (a session identifier has 36), and short enough to be stored with the thing.</summary>
    private const int MaxTextLength = 128;

    private const int MaxAttributes = 8;

    /// <summary>Names and values of all attributes in UTF-8. They are stored with the thing, in one write unit.</summary>
    private const int MaxAttributeBytes = 256;

    public Arrival Arrival => arrival;

    /// <summary>The body came over HTTP as it is, so it may leave out that it happens now.</summary>
    public bool IsFresh => arrival.Source is EventSource.Http && !wrappers.ErrorMessage;

    public ParsedEvent.Refused? Refused { get; private set; }

    public ParsedEvent.Refused Refuse(RefusalReason reason, string detail) => Refused ??= new(reason, detail);

    /// <summary>Null after a refusal.</summary>
    public JsonElement? Find(params ReadOnlySpan<string> path) => Refused is null ? body.Find(path) : null;

    /// <summary>That of the topic, else the first of <paramref name="fields"/> that is there and not empty.</summary>
    public string ThingName(params ReadOnlySpan<string> fields)
    {
        if (wrappers.Topic is { } topic)
        {
            if (!Events.ThingName.IsValid(topic.ThingName, out var wrong)) Refuse(RefusalReason.BadThingName, wrong!);
            return topic.ThingName;
        }

        foreach (var field in fields)
        {
            if (Find(field) is not { } value) continue;
            if (value.ValueKind is not JsonValueKind.String) Refuse(RefusalReason.BadThingName, $"`{field}` must be a string.");
            else if (value.TextOrNull() is not { } name) Refuse(RefusalReason.BadThingName, "The thing name has half a surrogate pair.");
            else if (name.Length is 0) continue;
            else if (!Events.ThingName.IsValid(name, out var why)) Refuse(RefusalReason.BadThingName, why!);
            else return name;
        }

        Refuse(
            RefusalReason.NoThingName, "There is no `thingName` (case counts). In an IoT rule, add topic(3) AS thingName to its SELECT.");
        return "";
    }

    /// <summary>That of the topic, else that of the body. Null: the classic shadow.</summary>
    public string? ShadowName()
    {
        if (wrappers.Topic is not { } topic) return Text("shadowName");
        if (topic.ShadowName is { } name && !IsText(name)) RefuseText("topic");
        return topic.ShadowName;
    }

    public bool Connected(JsonElement? value)
    {
        if (value is not { ValueKind: JsonValueKind.True or JsonValueKind.False })
            Refuse(RefusalReason.ConnectedNotBoolean, $"`connected` {(value is null ? "is missing: it " : "")}must be true or false.");
        return value is { ValueKind: JsonValueKind.True };
    }

    /// <param name="value">Where the field may stand in more than one place, its value; null: missing.</param>
    public DateTimeOffset Stamp(EventStamp unit, string field, JsonElement? value)
    {
        if (value is null) Refuse(RefusalReason.NoTimestamp, $"`{field}` is missing: an event without a time cannot be ordered.");
        else if (unit.Read(value.Value, field, arrival.At, out var stamp) is { } wrong) Refuse(RefusalReason.BadTimestamp, wrong);
        else return stamp;
        return default;
    }

    /// <summary>IoT SQL may write a whole number as <c>12.0</c> or <c>1.2E1</c>: it is the same version.</summary>
    public long? Version(params ReadOnlySpan<string> path)
    {
        if (Find(path) is not { } value) return null;
        if (value.ValueKind is JsonValueKind.Number && value.TryGetDecimal(out var number)
            && number is >= 0 and <= long.MaxValue && decimal.IsInteger(number)) return (long)number;
        Refuse(RefusalReason.BadVersion, FormattableString.Invariant(
            $"`{string.Join('.', path)}` must be a whole number from 0 to {long.MaxValue}."));
        return null;
    }

    /// <summary>Null: missing or empty.</summary>
    public string? Text(string field)
    {
        if (Find(field) is not { } value) return null;
        if (value.ValueKind is JsonValueKind.String && value.TextOrNull() is { } text && IsText(text))
            return text.Length is 0 ? null : text;
        RefuseText(field);
        return null;
    }

    private static bool IsText(string text) => text.Length <= MaxTextLength && !text.Any(char.IsControl);

    private void RefuseText(string field) => Refuse(RefusalReason.BadText, FormattableString.Invariant(
        $"`{field}` must be a string of at most {MaxTextLength} characters, no control characters."));

    /// <summary>Null: the body does not mention attributes. An empty object says that there are none.</summary>
    public IReadOnlyDictionary<string, string>? Attributes()
    {
        if (Find("attributes") is not { } value) return null;
        var pairs = new Dictionary<string, string>();
        if (WhatIsWrong(value, pairs) is not { } wrong) return pairs;
        Refuse(RefusalReason.BadAttributes, wrong);
        return null;
    }

    private static string? WhatIsWrong(JsonElement attributes, Dictionary<string, string> pairs)
    {
        if (attributes.ValueKind is not JsonValueKind.Object) return "`attributes` must be an object of strings.";
        if (attributes.GetPropertyCount() > MaxAttributes) return "`attributes` has more than 8 pairs.";
        var bytes = 0;
        foreach (var property in attributes.EnumerateObject())
        {
            if (property.Value.ValueKind is not JsonValueKind.String || property.Value.TextOrNull() is not { } text)
                return "The values of `attributes` must be strings.";
            bytes += Encoding.UTF8.GetByteCount(property.Name) + Encoding.UTF8.GetByteCount(text);
            if (bytes > MaxAttributeBytes) return "`attributes` has more than 256 bytes of keys and values.";
            pairs[property.Name] = text;
        }

        return null;
    }
}
