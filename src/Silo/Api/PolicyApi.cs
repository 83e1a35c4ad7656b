using IoTOrleans.Events.Parsing;
using IoTOrleans.Grains.Presence;
using Microsoft.AspNetCore.Mvc;

namespace IoTOrleans.Silo.Api;

/// <summary><c>/devices/{thingName}/policy</c>: the policy of one thing, and its override.</summary>
internal static class PolicyApi
{
    private const int MostBytes = 16 * 1024;

    public static void MapPolicies(this IEndpointRouteBuilder routes)
    {
        var thing = routes.MapThing();
        thing.MapGet("/policy", Get);
        thing.MapPut("/policy", Put).WithMetadata(new RequestSizeLimitAttribute(MostBytes)).Accepts<PolicySettings>("application/json");
        thing.MapDelete("/policy", Delete);
    }

    private static async Task<IResult> Get(RawThingName name, IGrainFactory grains) =>
        await grains.GetGrain<IDeviceGrain>(name.Value).GetStatus() is { } status
            ? TypedResults.Ok(status.Policy) : Problems.NeverHeardOf(name.Value, ", and no policy was set for it");

    private static async Task<IResult> Put(
        RawThingName name, HttpContext context, IGrainFactory grains, IEnumerable<INotificationDestination> destinations)
    {
        if (!context.Request.HasJsonContentType()) return Problems.JsonOnly("the policy");
        var body = JsonBody.Read(
            await JsonBody.Receive(context.Request.Body, context.RequestAborted), PolicyBody.Read, PolicyBody.Unreadable);
        var mistakes = body.Mistakes
            .Concat(PolicyFields.Check(body.Policy, [.. destinations.Select(destination => destination.Name)])
                .Select(mistake => (Field: mistake.Field.JsonName, mistake.Mistake))).ToList();
        return mistakes.Count == 0
            ? TypedResults.Ok(await grains.GetGrain<IDeviceGrain>(name.Value).SetPolicy(body.Policy))
            : Problems.BadRequest(
                "Bad policy", string.Join(' ', mistakes.Select(mistake => $"{mistake.Field} {mistake.Mistake}".Trim())),
                mistakes.ConvertAll(mistake => new { field = mistake.Field, detail = mistake.Mistake }));
    }

    private static async Task<IResult> Delete(RawThingName name, IGrainFactory grains)
    {
        await grains.GetGrain<IDeviceGrain>(name.Value).SetPolicy(null);
        return TypedResults.NoContent();
    }
}
