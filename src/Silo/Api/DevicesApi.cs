using IoTOrleans.Silo.Api.Access;
using IoTOrleans.Silo.Api.Description;
using IoTOrleans.Silo.Catalogue;

namespace IoTOrleans.Silo.Api;

/// <summary><c>/devices</c> and <c>/devices/{thingName}</c></summary>
internal static class DevicesApi
{
    public static void MapDevices(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/devices", List).As(DevicesDescription.List);
        var thing = routes.MapThing();
        thing.MapGet("/{thingName}", Get).As(DevicesDescription.Get);
        thing.MapDelete("/{thingName}", Forget).As(DevicesDescription.Forget);
    }

    private static async Task<IResult> List([AsParameters] DeviceListQuery asked, ThingList things, CancellationToken cancellationToken)
    {
        try
        {
            return TypedResults.Ok(await things.Page(asked.Read(), asked.Position, cancellationToken));
        }
        catch (CursorException exception)
        {
            return Problems.BadQuery(new QueryMistake("cursor", $"cursor: {exception.Message}"));
        }
    }

    private static async Task<IResult> Get(RawThingName name, IGrainFactory grains) =>
        await grains.GetGrain<IDeviceGrain>(name.Value).GetStatus() is { } status
            ? TypedResults.Ok(status) : Problems.NeverHeardOf(name.Value);

    private static async Task<IResult> Forget(RawThingName name, HttpContext context, IGrainFactory grains, Acts acts)
    {
        await grains.GetGrain<IDeviceGrain>(name.Value).Forget();
        acts.Forgotten(context, name.Value);
        return TypedResults.NoContent();
    }
}
