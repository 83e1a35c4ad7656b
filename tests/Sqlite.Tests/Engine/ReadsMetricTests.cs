using System.Diagnostics.Metrics;
using IoTOrleans.Sqlite.Engine;
using Microsoft.Extensions.Logging.Abstractions;

namespace IoTOrleans.Sqlite.Tests.Engine;

public sealed class ReadsMetricTests : TestWithFolder
{
    [Fact]
    public async Task What_is_read_is_counted_and_nothing_else()
    {
        using var meter = new Meter(SqliteMetrics.MeterName);
        using var listener = new MeterListener();
        long statements = 0, rows = 0;
        listener.InstrumentPublished = (instrument, to) =>
        {
            if (instrument.Meter == meter) to.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, count, _, _) =>
        {
            if (instrument.Name == "iot_orleans.sqlite.reads") Interlocked.Add(ref statements, count);
            else Interlocked.Add(ref rows, count);
        });
        listener.Start();
        await using var store = new SqliteStore(Folder.File(), NullLogger<SqliteStore>.Instance, metrics: new SqliteMetrics(meter));
        await store.OpenAsync();
        foreach (var name in (string[])["a", "b", "c"]) await store.Insert(name);
        await store.Ping(TestContext.Current.CancellationToken);
        (statements, rows).ShouldBe((0, 0), "it looks for none of the states");

        (await store.ListGrains("Default", "test", null, 10, TestContext.Current.CancellationToken)).Count.ShouldBe(3);
        (statements, rows).ShouldBe((1, 3));
        (await store.ETagOf("nobody")).ShouldBeNull();
        (statements, rows).ShouldBe((2, 3));
    }
}
