using System.Diagnostics.Metrics;
using IoTOrleans.Grains.Observing;
using IoTOrleans.Silo.Api.Description;
using IoTOrleans.Silo.Api.Fleet;
using IoTOrleans.Silo.Hosting.Commands;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace IoTOrleans.Silo.Telemetry;

/// <summary>
/// Metrics for Prometheus in any case; metrics, traces and logs by OTLP where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set. How, the standard
/// variables of OpenTelemetry say. Without that endpoint nobody listens for spans, and none is made.
/// </summary>
internal static class TelemetryComposition
{
    public const string MetricsPath = "/metrics";

    /// <summary>
    /// Of one instrument. OpenTelemetry takes the memory for all of them at once: with its default of 2,000, 20 MB before anything is measured.
    /// </summary>
    private const int MostSeries = 300;

    private static readonly string[] Meters =
    [
        "IoTOrleans", "IoTOrleans.DynamoDB", "Microsoft.Orleans", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel",
        "System.Net.Http", "System.Runtime",
    ];

    public static void AddTelemetry(this WebApplicationBuilder builder, TelemetrySettings settings)
    {
        var telemetry = builder.Services.AddOpenTelemetry().ConfigureResource(Describe).WithMetrics(metrics => metrics
            .AddMeter(Meters).AddView(Stream).AddPrometheusExporter(options => options.ScrapeEndpointPath = MetricsPath));
        if (!settings.Sends) return;

        telemetry.WithTracing(tracing => Sample(tracing, builder.Configuration)
            .AddSource(Traces.SourceName, OrleansCalls.SourceName)
            .AddAspNetCoreInstrumentation(options => options.Filter = IsWorthATrace)
            .AddProcessor(new OrleansCalls()).AddProcessor(new Discretion(settings.ThingNames)));
        telemetry.WithLogging(null, options => options.IncludeFormattedMessage = true);
        telemetry.UseOtlpExporter();
    }

    /// <summary>A sampler that is set in code would override the variable.</summary>
    private static TracerProviderBuilder Sample(TracerProviderBuilder tracing, ConfigurationManager settings)
    {
        if (!string.IsNullOrEmpty(settings["OTEL_TRACES_SAMPLER"])) return tracing;
        var budget = new TraceBudget(TimeProvider.System);
        return tracing.SetSampler(new ParentBasedSampler(budget)).AddProcessor(new EventsOfRequests(budget));
    }

    public static void MapMetrics(this IEndpointRouteBuilder routes) => routes.MapPrometheusScrapingEndpoint()
        .WithMetadata(new HttpMethodMetadata([HttpMethods.Get])).As(MetricsDescription.Get);

    /// <summary>What <c>OTEL_SERVICE_NAME</c> and <c>OTEL_RESOURCE_ATTRIBUTES</c> say overrides it.</summary>
    private static void Describe(ResourceBuilder resource) => resource.Clear().AddService("iot-orleans", serviceVersion: Usage.Version)
        .AddTelemetrySdk().AddEnvironmentVariableDetector();

    /// <summary>
    /// Each start of each silo has an address of its own: as tags (<c>Destination</c>, <c>silo</c>) they would be new series for ever. Only
    /// these instruments lose them: of one that is observed, the series that become one would not be added up.
    /// </summary>
    private static MetricStreamConfiguration Stream(Instrument instrument) => instrument.Name switch
    {
        "orleans-messaging-pings-sent" or "orleans-messaging-pings-received" or "orleans-messaging-pings-reply-received"
            or "orleans-messaging-pings-reply-missed" => new() { TagKeys = [], CardinalityLimit = MostSeries },
        "orleans-messaging-sent-messages-size" or "orleans-messaging-received-messages-size" =>
            new() { TagKeys = ["ConnectionDirection", "MessageDirection"], CardinalityLimit = MostSeries },
        _ => new() { CardinalityLimit = MostSeries },
    };

    /// <summary>Not what asks every few seconds, and not what never ends.</summary>
    private static bool IsWorthATrace(HttpContext context) => !context.Request.Path.StartsWithSegments("/health")
        && !context.Request.Path.StartsWithSegments(MetricsPath) && !context.Request.Path.StartsWithSegments(FleetApi.StreamPath);
}
