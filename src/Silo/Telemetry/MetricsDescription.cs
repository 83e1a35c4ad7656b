using IoTOrleans.Silo.Api.Description;

namespace IoTOrleans.Silo.Telemetry;

internal static class MetricsDescription
{
    public static Operation Get { get; } = new("getMetrics", Topic.Service, "Get the metrics of this silo, for Prometheus")
    {
        Description = "As OpenMetrics, if `Accept` asks for that. Each silo has its own numbers.",
        Answers =
        [
            new(200, "The metrics.")
            {
                ContentType = "text/plain",
                Type = typeof(string),
                Example = "# TYPE iot_orleans_things gauge\niot_orleans_things{status=\"offline\"} 2 1795000000000\n",
            },
        ],
    };
}
