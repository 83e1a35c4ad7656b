using IoTOrleans.Grains.Policies;
using IoTOrleans.Silo.Advice;
using IoTOrleans.Silo.Api.Description;
using Microsoft.OpenApi;

namespace IoTOrleans.Silo.Api;

internal static class AdviceDescription
{
    public static QueryParameter Grace { get; } = new("grace", "The grace to ask about: 1 s to 365 d, like `10m`.")
    {
        Schema = new() { Type = JsonSchemaType.String, Pattern = Schemas.DurationPattern },
        Example = "10m",
        Check = WrongGrace,
    };

    private static GraceAdvice Sample => GraceAdvice.Of(
        [0, 0, 3, 9, 14, 8, 4, 2, 0, 1], Samples.Policy.Grace, TimeSpan.FromMinutes(10));

    public static Operation OfThing { get; } = new("getAdvice", Topic.Devices, "Ask what another grace would have meant for a thing")
    {
        Description = "Bounds, because only the number of outages of 2ⁿ up to 2ⁿ⁺¹ seconds is stored.",
        Path = PathParameter.ThingName,
        Query = [Grace],
        Answers =
        [
            Answer.Of(200, "What the outages so far would have meant.", new AdviceApi.ThingAdvice("door-3", Sample)),
            BadGrace, DevicesDescription.NeverHeardOf,
        ],
    };

    public static Operation OfFleet { get; } = new("getFleetAdvice", Topic.Fleet, "Ask what another grace would have meant for all things")
    {
        Description = "Adds up what is stored for at most 20,000 things. It is meant for people who look, not for programs that poll.",
        Query = [Grace],
        Answers =
        [
            Answer.Of(200, "What the outages so far would have meant.", new AdviceApi.FleetAdvice(20_000, false, Sample)), BadGrace,
        ],
    };

    private static Answer BadGrace => Answer.Problem(
        Problems.BadQuery(new QueryMistake(Grace.Name, Grace.Check("300")!)),
        "The query has mistakes, no thing can have this name, or the Host header is none of this service.");

    private static string? WrongGrace(string grace)
    {
        if (Duration.TryParse(grace, out var duration) is { } wrong) return $"grace={grace}: {wrong}.";
        return PolicyFields.Check(new() { Grace = duration }, [])
            .Select(mistake => $"grace={grace}: it {mistake.Mistake}").FirstOrDefault();
    }
}
