using IoTOrleans.Events.Parsing;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Presence;
using Microsoft.AspNetCore.Mvc;

namespace IoTOrleans.Silo.Api;

/// <summary><c>/devices/{thingName}/policy</c>: what holds for one thing, set while it is being watched.</summary>
internal static class PolicyApi
{
    private const int MostBytes = 16 * 1024;

    public static void MapPolicies(this IEndpointRouteBuilder routes)
    {
        const string path = "/devices/{thingName}/policy";
        routes.MapGet(path, Get).WithName("GetPolicy").WithSummary("The policy that holds for a thing, and where it comes from.")
            .Produces<DevicePolicy>().ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapPut(path, (Delegate)Put).WithName("PutPolicy").WithSummary("Sets what holds for one thing over all settings.")
            .WithMetadata(new RequestSizeLimitAttribute(MostBytes)).Accepts<PolicySettings>("application/json")
            .Produces<DevicePolicy>().ProducesProblem(StatusCodes.Status400BadRequest)
                .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
        routes.MapDelete(path, Delete).WithName("DeletePolicy").WithSummary("The settings hold again.")
            .Produces(StatusCodes.Status204NoContent);
    }

    private static async Task<IResult> Get(HttpContext context, IGrainFactory grains)
    {
        var name = RawThingName.Of(context);
        if (RawThingName.Refuse(name) is { } refusal) return refusal;
        var status = await grains.GetGrain<IDeviceGrain>(name).GetStatus();
        return status is null
            ? Problems.Of(StatusCodes.Status404NotFound, "Never heard of",
                $"No event of a thing named '{name}' has come in so far, and no policy was set for it.")
            : TypedResults.Ok(status.Policy);
    }

    private static async Task<IResult> Put(HttpContext context, IGrainFactory grains, IEnumerable<INotificationDestination> destinations)
    {
        var name = RawThingName.Of(context);
        if (RawThingName.Refuse(name) is { } refusal) return refusal;
        if (!context.Request.HasJsonContentType())
            return Problems.Of(
                StatusCodes.Status415UnsupportedMediaType, "JSON only", "Send the policy with Content-Type: application/json.");

        var body = JsonBody.Read(
            await JsonBody.Receive(context.Request.Body, context.RequestAborted), PolicyBody.Read, PolicyBody.Unreadable);
        var mistakes = body.Mistakes
            .Concat(PolicyFields.Check(body.Policy, [.. destinations.Select(destination => destination.Name)])
            .Select(mistake => (Field: mistake.Field.JsonName, mistake.Mistake))).ToList();
        return mistakes.Count == 0
            ? TypedResults.Ok(await grains.GetGrain<IDeviceGrain>(name).SetPolicy(body.Policy))
            : Problems.Of(
                StatusCodes.Status400BadRequest, "Bad policy",
                string.Join(' ', mistakes.Select(mistake => $"{mistake.Field} {mistake.Mistake}".Trim())),
                new Dictionary<string,
                object?> { ["errors"] = mistakes.ConvertAll(mistake => new { field = mistake.Field, detail = mistake.Mistake }) });
    }

    private static async Task<IResult> Delete(HttpContext context, IGrainFactory grains)
    {
        var name = RawThingName.Of(context);
        if (RawThingName.Refuse(name) is { } refusal) return refusal;
        await grains.GetGrain<IDeviceGrain>(name).SetPolicy(null);
        return TypedResults.NoContent();
    }
}
