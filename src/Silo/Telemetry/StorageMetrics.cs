using System.Diagnostics;
using System.Diagnostics.Metrics;
using IoTOrleans.Grains.Observing;
using Orleans.Storage;

namespace IoTOrleans.Silo.Telemetry;

/// <summary>How long storage takes, as grains and reminders see it: a histogram, and a span where a trace goes on.</summary>
internal sealed class StorageMetrics(IMeterFactory meters, TimeProvider time, StorageProvider provider)
{
    private static readonly double[] Seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly Histogram<double> _duration = meters.Create("IoTOrleans").CreateHistogram(
        "iot_orleans.storage.duration", "s", "Operations on storage by what became of them.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Seconds });

    private readonly string _provider = provider.ToString().ToLowerInvariant();
    private readonly string _system = provider == StorageProvider.DynamoDB ? "aws.dynamodb" : provider.ToString().ToLowerInvariant();

    public async Task<T> Measure<T>(string operation, Func<Task<T>> call)
    {
        // Not the beginning of a trace: of what runs by the clock, nobody wants to see each write.
        using var span = Activity.Current is null ? null : Traces.Source.StartActivity($"storage {operation}", ActivityKind.Client);
        span?.SetTag("db.system.name", _system).SetTag("db.operation.name", operation);
        var (began, outcome) = (time.GetTimestamp(), "ok");
        try
        {
            return await call();
        }
        catch (Exception exception)
        {
            outcome = exception is InconsistentStateException ? "conflict" : "failed";
            span.Failed();
            throw;
        }
        finally
        {
            _duration.Record(
                time.GetElapsedTime(began).TotalSeconds, new("provider", _provider), new("operation", operation), new("outcome", outcome));
        }
    }
}
