using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace IoTOrleans.Silo.Api.Description;

/// <summary>A parameter in the query of an operation: what is published about it, and what is refused.</summary>
internal sealed record QueryParameter(string Name, string Description)
{
    /// <summary>Of one value.</summary>
    public OpenApiSchema Schema { get; init; } = new() { Type = JsonSchemaType.String };

    /// <summary>How many different values there may be at once.</summary>
    public int Most { get; init; } = 1;

    public JsonNode? Example { get; init; }

    /// <summary>
    /// What is wrong with one value, as a sentence that begins with the name; null: nothing. It is not asked about an empty one.
    /// </summary>
    public Func<string, string?> Check { get; init; } = _ => null;

    public static QueryParameter Number(string name, int least, int most, int normal, string description) => new(name, description)
    {
        Schema = new()
        {
            Type = JsonSchemaType.Integer, Minimum = $"{least}", Maximum = $"{most}", Default = JsonValue.Create(normal),
        },
        Check = value => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most ? null : $"{name} '{value}' is not a number from {least} to {most}.",
    };

    /// <param name="values">As the API writes them. Case does not matter.</param>
    public static QueryParameter OneOf(string name, IReadOnlyList<string> values, string description) => new(name, description)
    {
        Schema = new() { Type = JsonSchemaType.String, Enum = [.. values.Select(value => (JsonNode)JsonValue.Create(value))] },
        Most = values.Count,
        Check = value => values.Contains(value, StringComparer.OrdinalIgnoreCase)
            ? null : $"{name} '{value}' is none of {string.Join(", ", values)}.",
    };
}
