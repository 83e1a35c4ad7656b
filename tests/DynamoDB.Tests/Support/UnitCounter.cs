using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using IoTOrleans.DynamoDB.Client;
using Microsoft.Extensions.DependencyInjection;

namespace IoTOrleans.DynamoDB.Tests.Support;

/// <summary>Listens to the metrics of one set of tables, as an exporter would.</summary>
internal sealed class UnitCounter : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<Measurement> _measurements = new();

    public UnitCounter()
    {
        var meters = _services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, meters)) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
        Metrics = new DynamoDBMetrics(meters.Create(DynamoDBMetrics.MeterName));
    }

    public DynamoDBMetrics Metrics { get; }

    /// <summary>
    /// Units since the last <see cref="Forget"/>, of data: the heartbeats of silos go on all the time, and range reads too.
    /// </summary>
    public double Written => Sum("write");

    public double Read => Sum("read");

    public int Failed(string fault) =>
        _measurements.Count(m => m.Name == "iot_orleans.dynamodb.failed_attempts" && m.Tag("fault") == fault);

    public IEnumerable<int> ItemSizes(string table) => _measurements
        .Where(m => m.Name == "iot_orleans.dynamodb.item_size" && m.Tag("table")!.EndsWith(table, StringComparison.Ordinal))
        .Select(m => (int)m.Value);

    public void Forget() => _measurements.Clear();

    public void Dispose()
    {
        _listener.Dispose();
        _services.Dispose();
    }

    public override string ToString() => string.Join("\n", _measurements.Where(m => m.Name == "iot_orleans.dynamodb.consumed")
        .Select(m => $"{m.Tag("table")} {m.Tag("operation")} {m.Value}"));

    private double Sum(string kind) => _measurements
        .Where(m => m.Name == "iot_orleans.dynamodb.consumed" && m.Tag("kind") == kind)
        .Where(m => !m.Tag("table")!.EndsWith("Membership", StringComparison.Ordinal))
        .Sum(m => m.Value);

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _measurements.Enqueue(new(instrument.Name, value, tags.ToArray()));

    internal sealed record Measurement(string Name, double Value, KeyValuePair<string, object?>[] Tags)
    {
        public string? Tag(string name) => Tags.FirstOrDefault(tag => tag.Key == name).Value as string;
    }
}
