using System.Text.Json;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Silo.Api;

/// <summary>The body of <c>PUT /devices/{thingName}/policy</c>, read field by field, so that each mistake is named.</summary>
internal sealed record PolicyBody(PolicySettings Policy, IReadOnlyList<(string Field, string Mistake)> Mistakes)
{
    public static PolicyBody Unreadable(string why) => new(new(), [("", why)]);

    public static PolicyBody Read(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object) return Unreadable("Send an object like {\"grace\":\"30m\"}.");
        var (policy, mistakes) = (new PolicySettings(), new List<(string, string)>());
        foreach (var property in body.EnumerateObject())
        {
            if (PolicyFields.All.FirstOrDefault(field => field.JsonName == property.Name) is not { } field)
                mistakes.Add(
                    (property.Name, $"is not known. There are: {string.Join(", ", PolicyFields.All.Select(known => known.JsonName))}."));
            else if (property.Value.ValueKind != JsonValueKind.Null && Read(field, property.Value, ref policy) is { } mistake)
                mistakes.Add((property.Name, mistake));
        }

        if (body.EnumerateObject().All(property => property.Value.ValueKind == JsonValueKind.Null))
            mistakes.Add(("", "Nothing is set: DELETE takes back what was."));
        return new(policy, mistakes);
    }

    private static string? Read(PolicyField field, JsonElement value, ref PolicySettings policy)
    {
        switch (field)
        {
            case DurationField when value.ValueKind is not (JsonValueKind.String or JsonValueKind.Number):
                return "must be a text like \"30s\" or \"5m\".";
            case DurationField duration:
                if (Duration.TryParse(value.ToString(), out var length) is { } wrong) return $"{value}: {wrong}.";
                policy = duration.Set(policy, length);
                return null;
            case FlagField flag:
                if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False)) return "must be true or false.";
                policy = flag.Set(policy, value.GetBoolean());
                return null;
            case DestinationsField names:
                if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String))
                    return "must be a list of names of destinations.";
                policy = names.Set(policy, [.. value.EnumerateArray().Select(item => item.GetString()!)]);
                return null;
            default:
                return "cannot be read from JSON.";
        }
    }
}
