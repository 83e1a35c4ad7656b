using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Presence;
using IoTOrleans.Silo.Advice;

namespace IoTOrleans.Silo.Api;

/// <summary><c>/devices/{thingName}/advice</c> and <c>/fleet/advice</c>: what another grace would have meant.</summary>
internal static class AdviceApi
{
    public static void MapAdvice(this IEndpointRouteBuilder routes)
    {
        routes.MapThing().MapGet("/{thingName}/advice", OfThing);
        routes.MapGet("/fleet/advice", OfFleet);
    }

    private static async Task<IResult> OfThing(RawThingName name, string? grace, IGrainFactory grains)
    {
        if (Read(grace, out var asked) is { } wrong) return wrong;
        var thing = grains.GetGrain<IDeviceGrain>(name.Value);
        if (await thing.GetStatus() is not { } status) return Problems.NeverHeardOf(name.Value);
        var durations = (await thing.GetState()).Durations;
        return TypedResults.Ok(new ThingAdvice(name.Value, GraceAdvice.Of(durations, status.Policy.Grace, asked)));
    }

    private static async Task<IResult> OfFleet(
        string? grace, FleetHistogram fleet, IOptions<PresenceOptions> presence, CancellationToken cancellationToken)
    {
        if (Read(grace, out var asked) is { } wrong) return wrong;
        var outages = await fleet.Read(cancellationToken);
        var advice = GraceAdvice.Of(outages.Durations, presence.Value.DefaultPolicy.Grace, asked);
        return TypedResults.Ok(new FleetAdvice(outages.Things, outages.Complete, advice));
    }

    /// <returns>Null: there is no mistake; <paramref name="asked"/> is null where the query names no grace.</returns>
    private static IResult? Read(string? grace, out TimeSpan? asked)
    {
        asked = null;
        if (string.IsNullOrEmpty(grace)) return null;
        var why = Duration.TryParse(grace, out var duration) is { } wrong ? $"grace={grace}: {wrong}."
            : PolicyFields.Check(new() { Grace = duration }, []).Select(mistake => $"grace={grace}: it {mistake.Mistake}").FirstOrDefault();
        if (why is not null) return Problems.BadRequest("Bad grace", why);
        asked = duration;
        return null;
    }

    internal sealed record ThingAdvice(string ThingName, GraceAdvice Advice);

    internal sealed record FleetAdvice(int Things, bool Complete, GraceAdvice Advice);
}
