using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace IoTOrleans.Silo.Tests.Api.Description;

/// <summary>
/// Whether a value fits a schema of the document, stricter than JSON Schema: a field that the schema does not name is a mistake.
/// </summary>
internal sealed class SchemaCheck(JsonElement document)
{
    public List<string> Mistakes(JsonElement schema, JsonElement value, string at = "$")
    {
        schema = Resolve(schema);
        foreach (var word in (string[])["oneOf", "anyOf"])
        {
            if (!schema.TryGetProperty(word, out var choices)) continue;
            var tried = choices.EnumerateArray().Select(choice => Mistakes(choice, value, at)).ToList();
            return tried.Exists(mistakes => mistakes.Count == 0) ? [] : tried.MinBy(mistakes => mistakes.Count)!;
        }

        if (schema.TryGetProperty("type", out var type) && !Types(type).Contains(KindOf(value)) && !IsWholeNumber(type, value))
            return [$"{at}: {value.ValueKind} is no {type}"];
        if (value.ValueKind == JsonValueKind.Null) return [];
        if (schema.TryGetProperty("enum", out var values) && !values.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)))
            return [$"{at}: {value} is none of {values}"];
        return value.ValueKind switch
        {
            JsonValueKind.Object => [.. OfObject(schema, value, at)],
            JsonValueKind.Array =>
                [.. value.EnumerateArray().SelectMany((item, i) => Mistakes(schema.GetProperty("items"), item, $"{at}[{i}]"))],
            JsonValueKind.String => [.. OfText(schema, value.GetString()!, at)],
            _ => [],
        };
    }

    public JsonElement Resolve(JsonElement element)
    {
        while (element.TryGetProperty("$ref", out var reference))
        {
            element = reference.GetString()!.Split('/').Skip(1).Aggregate(document, (at, name) => at.GetProperty(name));
        }

        return element;
    }

    private IEnumerable<string> OfObject(JsonElement schema, JsonElement value, string at)
    {
        if (schema.TryGetProperty("additionalProperties", out var any))
            return value.EnumerateObject().SelectMany(field => Mistakes(any, field.Value, $"{at}.{field.Name}"));
        if (!schema.TryGetProperty("properties", out var known)) return [];
        var names = schema.TryGetProperty("required", out var required) ? required.EnumerateArray().Select(name => name.GetString()!) : [];
        var missing = names.Where(name => !value.TryGetProperty(name, out _)).Select(name => $"{at}: {name} is missing");
        return missing.Concat(value.EnumerateObject().SelectMany(field => known.TryGetProperty(field.Name, out var its)
            ? Mistakes(its, field.Value, $"{at}.{field.Name}") : [$"{at}.{field.Name} is not described"]));
    }

    private static IEnumerable<string> OfText(JsonElement schema, string text, string at)
    {
        if (schema.TryGetProperty("pattern", out var pattern) && !Regex.IsMatch(text, pattern.GetString()!))
            yield return $"{at}: '{text}' does not match {pattern}";
        if (schema.TryGetProperty("format", out var format) && format.GetString() == "date-time"
            && !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _)) yield return $"{at}: '{text}' is no time";
    }

    private static IEnumerable<string> Types(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(one => one.GetString()!) : [type.GetString()!];

    private static bool IsWholeNumber(JsonElement type, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && Types(type).Contains("integer") && value.TryGetInt64(out _);

    private static string KindOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => "null",
    };
}
