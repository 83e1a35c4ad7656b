using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Presence;
using IoTOrleans.Silo.Advice;
using IoTOrleans.Silo.Api.Description;

namespace IoTOrleans.Silo.Api;

/// <summary><c>/devices/{thingName}/advice</c> and <c>/fleet/advice</c>: what another grace would have meant.</summary>
internal static class AdviceApi
{
    public static void MapAdvice(this IEndpointRouteBuilder routes)
    {
        routes.MapThing().MapGet("/{thingName}/advice", OfThing).As(AdviceDescription.OfThing);
        routes.MapGet("/fleet/advice", OfFleet).As(AdviceDescription.OfFleet);
    }

    private static async Task<IResult> OfThing(RawThingName name, string[] grace, IGrainFactory grains)
    {
        var thing = grains.GetGrain<IDeviceGrain>(name.Value);
        if (await thing.GetStatus() is not { } status) return Problems.NeverHeardOf(name.Value);
        var durations = (await thing.GetState()).Durations;
        return TypedResults.Ok(new ThingAdvice(name.Value, GraceAdvice.Of(durations, status.Policy.Grace, Asked(grace))));
    }

    private static async Task<IResult> OfFleet(
        string[] grace, FleetHistogram fleet, IOptionsMonitor<PresenceOptions> presence, CancellationToken cancellationToken)
    {
        var outages = await fleet.Read(cancellationToken);
        var advice = GraceAdvice.Of(outages.Durations, presence.CurrentValue.DefaultPolicy.Grace, Asked(grace));
        return TypedResults.Ok(new FleetAdvice(outages.Things, outages.Complete, advice));
    }

    /// <summary>It is checked before a request gets here (<see cref="AdviceDescription.Grace"/>). Null: none is named.</summary>
    private static TimeSpan? Asked(string[] grace) =>
        grace.FirstOrDefault(text => text.Length > 0) is { } text && Duration.TryParse(text, out var asked) is null ? asked : null;

    internal sealed record ThingAdvice(string ThingName, GraceAdvice Advice);

    internal sealed record FleetAdvice(int Things, bool Complete, GraceAdvice Advice);
}
