using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace IoTOrleans.Fleet.Scenarios;

/// <summary>
/// What telemetry costs: the "service" is one that is scraped every 5 s, and sends metrics, traces and its log by OTLP to a receiver that
/// throws them away; the "ceiling" is the same service without. The receiver takes its part of the same cores.
/// </summary>
internal static class TelemetryScenario
{
    private static readonly TimeSpan ScrapeEvery = TimeSpan.FromSeconds(5);

    public static IEnumerable<Measurement> All(Scale scale)
    {
        yield return Of("scraped", 4 * scale.Ingest, sends: false);
        yield return Of("scraped, OTLP", 4 * scale.Ingest);
        yield return Of("scraped, OTLP, every trace", 4 * scale.Ingest, sampler: "parentbased_always_on");
    }

    /// <param name="sampler">The service's own, if none is given.</param>
    private static Measurement Of(string variant, int count, bool sends = true, string sampler = "") =>
        new("telemetry", variant, "events/s", true, () => On(count, sends, sampler), () => Off(count));

    private static async Task<double> Off(int count)
    {
        await using var service = await ServiceProcess.Start("Sqlite");
        return await Rate(service, count);
    }

    private static async Task<double> On(int count, bool sends, string sampler)
    {
        await using var sink = Sink();
        await sink.StartAsync();
        (string, string)[] otlp = !sends ? [] :
        [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", sink.Urls.Single()), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_TRACES_SAMPLER", sampler),
        ];
        await using var service = await ServiceProcess.Start("Sqlite", otlp);
        using var stop = new CancellationTokenSource();
        var scraping = Scrape(service, stop.Token);
        var rate = await Rate(service, count);
        await stop.CancelAsync();
        await scraping;
        return rate;
    }

    /// <summary>The first quarter warms it up: what telemetry adds is compiled, too.</summary>
    private static async Task<double> Rate(ServiceProcess service, int count)
    {
        var warm = count / 4;
        await service.Post(Things.Named(warm), connected: true);
        return (count - warm) / await Waiting.Seconds(() => service.Post(Things.Named(count).Skip(warm), connected: true));
    }

    private static async Task Scrape(ServiceProcess service, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await service.Http.GetStringAsync("/metrics", CancellationToken.None);
            await Task.Delay(ScrapeEvery, TimeProvider.System, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static WebApplication Sink()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.MapPost("/v1/{kind}", async (HttpContext context) =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
            context.Response.ContentType = "application/x-protobuf";
        });
        return app;
    }
}
