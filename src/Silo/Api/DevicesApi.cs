using IoTOrleans.Contracts;

namespace IoTOrleans.Silo.Api;

/// <summary><c>/devices/{thingName}</c></summary>
internal static class DevicesApi
{
    public static void MapDevices(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/devices/{thingName}", Get).WithName("GetDevice").WithSummary("Status of one thing.")
            .Produces<DeviceStatus>().ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapDelete("/devices/{thingName}", Forget).WithName("ForgetDevice").WithSummary("Forgets a thing: state, clock and what is owed.")
            .Produces(StatusCodes.Status204NoContent);
    }

    private static async Task<IResult> Get(HttpContext context, IGrainFactory grains)
    {
        var name = RawThingName.Of(context);
        if (RawThingName.Refuse(name) is { } refusal) return refusal;
        var status = await grains.GetGrain<IDeviceGrain>(name).GetStatus();
        return status is null
            ? Problems.Of(StatusCodes.Status404NotFound, "Never heard of", $"No event of a thing named '{name}' has come in so far.")
            : TypedResults.Ok(status);
    }

    private static async Task<IResult> Forget(HttpContext context, IGrainFactory grains)
    {
        var name = RawThingName.Of(context);
        if (RawThingName.Refuse(name) is { } refusal) return refusal;
        await grains.GetGrain<IDeviceGrain>(name).Forget();
        return TypedResults.NoContent();
    }
}
