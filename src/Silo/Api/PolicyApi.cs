using IoTOrleans.Events;
using IoTOrleans.Events.Parsing;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Presence;
using IoTOrleans.Silo.Api.Access;
using IoTOrleans.Silo.Api.Description;
using Microsoft.AspNetCore.Mvc;

namespace IoTOrleans.Silo.Api;

/// <summary><c>/devices/{thingName}/policy</c>: the policy of one thing, and its override.</summary>
internal static class PolicyApi
{
    private const int MostBytes = 16 * 1024;

    public static void MapPolicies(this IEndpointRouteBuilder routes)
    {
        var thing = routes.MapThing();
        thing.MapGet("/{thingName}/policy", Get).As(PolicyDescription.Get);
        thing.MapPut("/{thingName}/policy", Put).WithMetadata(new RequestSizeLimitAttribute(MostBytes)).As(PolicyDescription.Put);
        thing.MapDelete("/{thingName}/policy", Delete).As(PolicyDescription.Delete);
    }

    private static async Task<IResult> Get(RawThingName name, IGrainFactory grains) =>
        await grains.GetGrain<IDeviceGrain>(name.Value).GetStatus() is { } status
            ? TypedResults.Ok(status.Policy) : Problems.NeverHeardOf(name.Value, ", and no policy was set for it");

    private static async Task<IResult> Put(
        RawThingName name, HttpContext context, IGrainFactory grains, IEnumerable<INotificationDestination> destinations, ThingLimit things,
        Acts acts)
    {
        if (!context.Request.HasJsonContentType()) return Problems.JsonOnly("the policy");
        var body = JsonBody.Read(
            await JsonBody.Receive(context.Request.Body, context.RequestAborted), PolicyBody.Read, PolicyBody.Unreadable);
        var mistakes = body.Mistakes
            .Concat(PolicyFields.Check(body.Policy, [.. destinations.Select(destination => destination.Name)])
                .Select(mistake => (Field: mistake.Field.JsonName, mistake.Mistake))).ToList();
        if (mistakes.Count > 0) return Refusal(mistakes);

        using var room = things.Begin();
        if ((await room.Take([name.Value], context.RequestAborted)).Count > 0) return Problems.TooManyThings(things.Why);
        var policy = await grains.GetGrain<IDeviceGrain>(name.Value).SetPolicy(body.Policy, Caller.NameOf(context));
        acts.PolicySet(context, name.Value);
        return TypedResults.Ok(policy);
    }

    internal static IResult Refusal(IReadOnlyList<(string Field, string Mistake)> mistakes) => Problems.BadRequest(
        "Bad policy", string.Join(' ', mistakes.Select(mistake => $"{mistake.Field} {mistake.Mistake}".Trim())),
        mistakes.Select(mistake => new { field = mistake.Field, detail = mistake.Mistake }));

    private static async Task<IResult> Delete(RawThingName name, HttpContext context, IGrainFactory grains, Acts acts)
    {
        await grains.GetGrain<IDeviceGrain>(name.Value).SetPolicy(null, Caller.NameOf(context));
        acts.PolicyRemoved(context, name.Value);
        return TypedResults.NoContent();
    }
}

/// <summary>The body of <c>PUT /devices/{thingName}/policy</c>. Each mistake names its field.</summary>
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
