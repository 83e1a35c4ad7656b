using IoTOrleans.Grains.Devices;
using IoTOrleans.Silo.Api.Description;

namespace IoTOrleans.Silo.Api;

/// <summary><c>/devices/{thingName}/history</c> and <c>…/why</c>: what happened to a thing, and what was notified or not.</summary>
internal static class StoryApi
{
    public static void MapStories(this IEndpointRouteBuilder routes)
    {
        var thing = routes.MapThing();
        thing.MapGet(
            "/{thingName}/history", (RawThingName name, IGrainFactory grains) => Tell(name.Value, grains, DeviceStories.HistoryOf))
            .As(StoryDescription.History);
        thing.MapGet(
            "/{thingName}/why",
            (RawThingName name, IGrainFactory grains, DeviceStories stories) => Tell(name.Value, grains, stories.WhyOf))
            .As(StoryDescription.Why);
    }

    private static async Task<IResult> Tell<T>(string name, IGrainFactory grains, Func<string, DeviceState, T> tell)
    {
        // The status comes first: the grain of a thing that is not known ends after it.
        var thing = grains.GetGrain<IDeviceGrain>(name);
        return await thing.GetStatus() is null
            ? Problems.NeverHeardOf(name) : TypedResults.Ok(tell(name, await thing.GetState()));
    }
}
