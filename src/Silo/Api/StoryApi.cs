using IoTOrleans.Grains.Devices;

namespace IoTOrleans.Silo.Api;

/// <summary><c>/devices/{thingName}/history</c> and <c>…/why</c>: what became of a thing, and why anybody was told or not.</summary>
internal static class StoryApi
{
    public static void MapStories(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/devices/{thingName}/history", History).WithName("GetHistory")
            .WithSummary("What happened to a thing last, newest first.")
            .Produces<DeviceHistory>().ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapGet("/devices/{thingName}/why", Why).WithName("GetWhy").WithSummary("Why a thing is what it is, and what it waits for.")
            .Produces<DeviceWhy>().ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static Task<IResult> History(HttpContext context, IGrainFactory grains) =>
        Tell(context, grains, (name, state) => TypedResults.Ok(DeviceStories.HistoryOf(name, state)));

    private static Task<IResult> Why(HttpContext context, IGrainFactory grains, DeviceStories stories) =>
        Tell(context, grains, (name, state) => TypedResults.Ok(stories.WhyOf(name, state)));

    private static async Task<IResult> Tell(HttpContext context, IGrainFactory grains, Func<string, DeviceState, IResult> tell)
    {
        var name = RawThingName.Of(context);
        if (RawThingName.Refuse(name) is { } refusal) return refusal;

        // A stranger's grain, asked for its status, ends at once.
        var thing = grains.GetGrain<IDeviceGrain>(name);
        return await thing.GetStatus() is null
            ? Problems.Of(StatusCodes.Status404NotFound, "Never heard of", $"No event of a thing named '{name}' has come in so far.")
            : tell(name, await thing.GetState());
    }
}
