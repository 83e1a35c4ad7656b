using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace IoTOrleans.Fleet.Scenarios;

/// <summary>
/// What telemetry costs: the "service" is one that is scraped every 5 s and sends metrics, every trace and its log by OTLP to a receiver
/// that throws them away; the "ceiling" is the same service without. The receiver takes its part of the same cores.
/// </summary>
internal static class TelemetryScenario
{
    private static readonly TimeSpan ScrapeEvery = TimeSpan.FromSeconds(5);

    public static IEnumerable<Measurement> All(Scale scale)
    {
        yield return Of("Memory", 2 * scale.Ingest);
        yield return Of("Sqlite", 2 * scale.Ingest);
    }

    private static Measurement Of(string provider, int count) =>
        new("telemetry", $"POST, {provider}", "events/s", true, () => On(provider, count), () => Off(provider, count));

    private static async Task<double> Off(string provider, int count)
    {
        await using var service = await ServiceProcess.Start(provider);
        return await Rate(service, count);
    }

    private static async Task<double> On(string provider, int count)
    {
        await using var sink = Sink();
        await sink.StartAsync();
        await using var service = await ServiceProcess.Start(
            provider, ("OTEL_EXPORTER_OTLP_ENDPOINT", sink.Urls.Single()), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"));
        using var stop = new CancellationTokenSource();
        var scraping = Scrape(service, stop.Token);
        var rate = await Rate(service, count);
        await stop.CancelAsync();
        await scraping;
        return rate;
    }

    /// <summary>The first tenth warms it up.</summary>
    private static async Task<double> Rate(ServiceProcess service, int count)
    {
        var warm = count / 10;
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
