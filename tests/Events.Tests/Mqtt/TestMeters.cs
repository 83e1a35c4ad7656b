using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace IoTOrleans.Events.Tests.Mqtt;

/// <summary>Meters of one test, and what was measured with them.</summary>
internal sealed class TestMeters : IMeterFactory
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentBag<Meter> _meters = [];
    private readonly Dictionary<string, long> _sums = [];
    private readonly List<(string Key, long Value, TaskCompletionSource Reached)> _awaited = [];

    internal TestMeters()
    {
        _listener.InstrumentPublished = (instrument, self) =>
        {
            if (_meters.Contains(instrument.Meter)) self.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>As <c>name</c> or <c>name{tag,tag}</c>.</summary>
    internal long this[string key]
    {
        get
        {
            lock (_sums) return _sums.GetValueOrDefault(key);
        }
    }

    internal Task Reaches(string key, long value)
    {
        lock (_sums)
        {
            if (_sums.GetValueOrDefault(key) == value) return Task.CompletedTask;
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited.Add((key, value, reached));
            return reached.Task.WaitAsync(RecordingSink.Patience);
        }
    }

    public Meter Create(MeterOptions options)
    {
        var meter = new Meter(options);
        _meters.Add(meter);
        return meter;
    }

    public void Dispose()
    {
        _listener.Dispose();
        foreach (var meter in _meters) meter.Dispose();
    }

    private void Add(Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var key = tags.IsEmpty ? instrument.Name : $"{instrument.Name}{{{string.Join(',', tags.ToArray().Select(tag => tag.Value))}}}";
        lock (_sums)
        {
            var sum = _sums[key] = _sums.GetValueOrDefault(key) + value;
            foreach (var (_, _, reached) in _awaited.Where(one => one.Key == key && one.Value == sum)) reached.TrySetResult();
        }
    }
}
