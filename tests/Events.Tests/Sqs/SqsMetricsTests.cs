using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using IoTOrleans.Events.Sqs;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Sqs;

public sealed class SqsMetricsTests
{
    [Fact]
    public async Task The_counters_tell_what_became_of_each_message_and_never_of_which_thing()
    {
        await using var rig = new SqsRig();
        rig.Queue.MaxReceiveCount = 2;
        using var meter = new Recorded(rig.Get<IMeterFactory>());
        rig.Queue.Send(SqsRig.Body("a"), SqsRig.Body("b", connected: false), "not json", """{"thingName":"c","current":{}}""");

        await rig.Start();
        await rig.Until(() => rig.Queue.Waiting is 0, TimeSpan.FromSeconds(30));

        meter.Sums.ShouldBe(
            new Dictionary<string, long>
            {
                ["iot_orleans.sqs.received events"] = 5,
                ["iot_orleans.events sqs taken"] = 3,
                ["iot_orleans.events sqs refused not-json"] = 2,
                ["iot_orleans.sqs.deleted events"] = 3,
            },
            ignoreOrder: true);
    }

    [Fact]
    public async Task The_gauges_tell_of_an_outage_of_storage()
    {
        await using var rig = new SqsRig();
        using var meter = new Recorded(rig.Get<IMeterFactory>());
        rig.Sink.IsDown = true;
        rig.Queue.Send(SqsRig.Body("a"), SqsRig.Body("b"), SqsRig.Body("c"), SqsRig.Body("d"), SqsRig.Body("e"));

        await rig.Start();
        await rig.Until(() => rig.Get<StorageGate>().IsPaused, TimeSpan.FromSeconds(5));

        meter.Gauges.ShouldBe(
            new Dictionary<string, long> { ["iot_orleans.sqs.in_hand events"] = 5, ["iot_orleans.sqs.paused events"] = 1 },
            ignoreOrder: true);
        meter.Sums["iot_orleans.events sqs failed"].ShouldBeGreaterThanOrEqualTo(5);
    }

    /// <summary>What the instruments of one service provider measured.</summary>
    private sealed class Recorded : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly ConcurrentDictionary<string, long> _sums = new();
        private readonly ConcurrentDictionary<string, long> _gauges = new();

        public Recorded(IMeterFactory factory)
        {
            _listener.InstrumentPublished = (instrument, self) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, factory)) self.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>(
                (instrument, value, tags, _) => _sums.AddOrUpdate(NameOf(instrument, tags), value, (_, sum) => sum + value));
            _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => _gauges[NameOf(instrument, tags)] = value);
            _listener.Start();
        }

        public ConcurrentDictionary<string, long> Sums => _sums;

        public ConcurrentDictionary<string, long> Gauges
        {
            get
            {
                _listener.RecordObservableInstruments();
                return _gauges;
            }
        }

        public void Dispose() => _listener.Dispose();

        private static string NameOf(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var name = instrument.Name;
            foreach (var tag in tags) name += $" {tag.Value}";
            return name;
        }
    }
}
