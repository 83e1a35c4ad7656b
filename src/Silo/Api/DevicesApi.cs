using IoTOrleans.Silo.Catalogue;

namespace IoTOrleans.Silo.Api;

/// <summary><c>/devices</c> and <c>/devices/{thingName}</c></summary>
internal static class DevicesApi
{
    public static void MapDevices(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/devices", List).WithName("ListDevices").WithSummary("Status of the things that match, page by page.")
            .Produces<ThingPage>().ProducesProblem(StatusCodes.Status400BadRequest)
                .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        routes.MapGet("/devices/{thingName}", Get).WithName("GetDevice").WithSummary("Status of one thing.")
            .Produces<DeviceStatus>().ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapDelete("/devices/{thingName}", Forget).WithName("ForgetDevice")
            .WithSummary("Forgets a thing: state, clock and what is owed.")
            .Produces(StatusCodes.Status204NoContent);
    }

    private static async Task<IResult> List([AsParameters] DeviceListQuery asked, ThingList things, CancellationToken cancellationToken)
    {
        if (asked.Read(out var why) is not { } query) return Problems.Of(StatusCodes.Status400BadRequest, "Bad query", why);
        try
        {
            return TypedResults.Ok(await things.Page(query, string.IsNullOrEmpty(asked.Cursor) ? null : asked.Cursor, cancellationToken));
        }
        catch (CursorException exception)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, "Bad cursor", $"cursor: {exception.Message}");
        }
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
