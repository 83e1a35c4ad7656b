using IoTOrleans.Silo.Api.Description;

namespace IoTOrleans.Silo.Api;

internal static class HealthDescription
{
    public static Operation Live { get; } = new("getLiveness", Topic.Service, "Ask whether the process serves requests")
    {
        Description = "It never depends on AWS or on storage.",
        NeedsNoKey = true,
        TakesAnyQuery = true,
        Answers = [Answer.Of(200, "It does.", new HealthApi.Report("Healthy", new Dictionary<string, HealthApi.CheckReport>()))],
    };

    public static Operation Ready { get; } = new("getReadiness", Topic.Service, "Ask whether everything is up that it needs to notify")
    {
        Description = "`Degraded` is still 200: another silo would not do better. Only who may read sees `error`.",
        NeedsNoKey = true,
        TakesAnyQuery = true,
        Answers =
        [
            Answer.Of(200, "It is, or only degraded.", new HealthApi.Report("Healthy", new Dictionary<string, HealthApi.CheckReport>
            {
                ["silo"] = new("Healthy", null), ["reminders"] = new("Healthy", null),
            })),
            Answer.Of(503, "It is not.", new HealthApi.Report("Unhealthy", new Dictionary<string, HealthApi.CheckReport>
            {
                ["silo"] = new("Unhealthy", "is starting: it waits for its storage and its cluster"),
            })),
        ],
    };
}
