using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace IoTOrleans.Events.Tests.Mqtt;

/// <summary>Meters of one test, and what was measured with them.</summary>
internal sealed class TestMeters : IMeterFactory
{
    private readonly MeterListener listener = new();
    private readonly ConcurrentBag<Meter> meters = [];
    private readonly Dictionary<string, long> sums = [];
    private readonly List<(string Key, long Value, TaskCompletionSource Reached)> awaited = [];

    internal TestMeters()
    {
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (meters.Contains(instrument.Meter)) self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();
    }

    /// <summary>As <c>name</c> or <c>name{tag}</c>.</summary>
    internal long this[string key]
    {
        get
        {
            lock (sums) return sums.GetValueOrDefault(key);
        }
    }

    internal Task Reaches(string key, long value)
    {
        lock (sums)
        {
            if (sums.GetValueOrDefault(key) == value) return Task.CompletedTask;
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            awaited.Add((key, value, reached));
            return reached.Task.WaitAsync(RecordingSink.Patience);
        }
    }

    public Meter Create(MeterOptions options)
    {
        var meter = new Meter(options);
        meters.Add(meter);
        return meter;
    }

    public void Dispose()
    {
        listener.Dispose();
        foreach (var meter in meters) meter.Dispose();
    }

    private void Add(Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var key = tags.IsEmpty ? instrument.Name : $"{instrument.Name}{{{tags[0].Value}}}";
        lock (sums)
        {
            var sum = sums[key] = sums.GetValueOrDefault(key) + value;
            foreach (var (_, _, reached) in awaited.Where(one => one.Key == key && one.Value == sum)) reached.TrySetResult();
        }
    }
}
