using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.OpenApi;

namespace IoTOrleans.Silo.Api.Description;

/// <summary>
/// The schema of a type, from the contract of the serializer that writes it. What the package makes of it would say that every number
/// may be a text, and forget which objects may be null.
/// </summary>
internal sealed class Schemas(OpenApiDocument document, JsonSerializerOptions options)
{
    /// <summary>As <see cref="Duration"/> writes and reads it.</summary>
    public const string DurationPattern = @"^(?=\d)(0|(\d+d)?(\d+h)?(\d+m)?(\d+s)?|(\d+\.)?\d{1,2}:\d\d:\d\d(\.\d+)?)$";

    public IOpenApiSchema Of(Type type, bool isNullable = false)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        isNullable |= plain != type;
        if (PublicSchemas.Find(plain) is not { } known)
        {
            var schema = Build(plain, null);
            if (isNullable) schema.Type |= JsonSchemaType.Null;
            return schema;
        }

        // The name first: a type may hold itself.
        var schemas = document.Components!.Schemas!;
        if (schemas.TryAdd(known.Name, new OpenApiSchema())) schemas[known.Name] = Build(plain, known);
        var reference = new OpenApiSchemaReference(known.Name, document);
        return isNullable ? new OpenApiSchema { OneOf = [new OpenApiSchema { Type = JsonSchemaType.Null }, reference] } : reference;
    }

    private OpenApiSchema Build(Type type, PublicSchema? known)
    {
        var schema = type switch
        {
            _ when type == typeof(string) => Plain(JsonSchemaType.String),
            _ when type == typeof(bool) => Plain(JsonSchemaType.Boolean),
            _ when type == typeof(int) => Plain(JsonSchemaType.Integer, "int32"),
            _ when type == typeof(long) => Plain(JsonSchemaType.Integer, "int64"),
            _ when type == typeof(double) => Plain(JsonSchemaType.Number, "double"),
            _ when type == typeof(DateTimeOffset) => Plain(JsonSchemaType.String, "date-time"),
            _ when type == typeof(DateOnly) => Plain(JsonSchemaType.String, "date"),
            _ when type == typeof(TimeSpan) => new() { Type = JsonSchemaType.String, Pattern = DurationPattern },
            _ when type == typeof(JsonObject) => Plain(JsonSchemaType.Object),
            { IsEnum: true } => new()
            {
                Type = JsonSchemaType.String,
                Enum = [.. Enum.GetValues(type).Cast<object>().Select(value => JsonSerializer.SerializeToNode(value, type, options)!)],
            },
            _ => Composed(options.GetTypeInfo(type), known),
        };
        schema.Description = known?.Description;
        return schema;
    }

    private static OpenApiSchema Plain(JsonSchemaType type, string? format = null) => new() { Type = type, Format = format };

    private OpenApiSchema Composed(JsonTypeInfo contract, PublicSchema? known) => contract.Kind switch
    {
        JsonTypeInfoKind.Object => new()
        {
            Type = JsonSchemaType.Object,
            Properties = contract.Properties.ToDictionary(property => property.Name, property => Property(property, known)),
            Required = contract.Properties.Where(property => IsAlwaysThere(property, known)).Select(property => property.Name).ToHashSet(),
        },
        JsonTypeInfoKind.Enumerable => new() { Type = JsonSchemaType.Array, Items = Of(contract.ElementType!) },
        JsonTypeInfoKind.Dictionary => new() { Type = JsonSchemaType.Object, AdditionalProperties = Of(contract.ElementType!) },
        _ => throw new InvalidOperationException($"{contract.Type} has no schema: the serializer has a converter for it."),
    };

    private IOpenApiSchema Property(JsonPropertyInfo property, PublicSchema? known)
    {
        var schema = Of(property.PropertyType, property.IsGetNullable);
        if (known?.Fields.GetValueOrDefault(property.Name) is { } words) schema.Description = words;
        return schema;
    }

    /// <summary>Answers have all their fields, with null for what is missing; who sends something may leave fields out.</summary>
    private static bool IsAlwaysThere(JsonPropertyInfo property, PublicSchema? known) =>
        known?.MayLeaveOut != true && property.AssociatedParameter is not { HasDefaultValue: true };
}
