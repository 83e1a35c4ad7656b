using System.Diagnostics;
using IoTOrleans.Grains.Observing;
using IoTOrleans.Silo.Telemetry;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Telemetry;

public sealed class DiscretionTests
{
    private const string Name = "rpi-1";

    [Fact]
    public void Without_leave_no_attribute_names_a_thing()
    {
        using var span = Exported(thingNames: false);
        span.TagObjects.Where(tag => $"{tag.Value}".Contains(Name, StringComparison.Ordinal)).ShouldBeEmpty();
        (span.Status, span.StatusDescription).ShouldBe((ActivityStatusCode.Error, null));
        span.GetTagItem("url.path").ShouldBe("/devices/{thingName}");
        span.GetTagItem("rpc.method").ShouldBe("Report");
    }

    [Fact]
    public void With_leave_they_do_and_queries_are_left_out_all_the_same()
    {
        using var span = Exported(thingNames: true);
        span.GetTagItem(Traces.ThingName).ShouldBe(Name);
        span.GetTagItem("url.path").ShouldBe("/devices/rpi-1");
        span.GetTagItem("orleans.rpc.target_id").ShouldBe("device/rpi-1");
        span.GetTagItem("url.query").ShouldBeNull();
    }

    [Fact]
    public void A_call_between_grains_that_nothing_has_caused_is_not_recorded_and_one_of_ours_is()
    {
        using var orleans = new ActivitySource(OrleansCalls.SourceName);
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => ReferenceEquals(source, orleans),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        using var calls = new OrleansCalls();

        using var byTheClock = orleans.StartActivity("IFleetGrain/Report", ActivityKind.Client, parentContext: default)!;
        calls.OnStart(byTheClock);
        byTheClock.Recorded.ShouldBeFalse();
        Activity.Current = null;

        var parent = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);
        using var caused = orleans.StartActivity("IDeviceGrain/Report", ActivityKind.Client, parent)!;
        calls.OnStart(caused);
        caused.Recorded.ShouldBeTrue();
    }

    private static Activity Exported(bool thingNames)
    {
        var span = new Activity("a").SetTag(Traces.ThingName, Name).SetTag("orleans.rpc.target_id", "device/rpi-1")
            .SetTag("orleans.rpc.source_id", "device/rpi-1").SetTag("exception.message", "no state of rpi-1").SetTag("rpc.method", "Report")
            .SetTag("url.path", "/devices/rpi-1").SetTag("http.route", "/devices/{thingName}").SetTag("url.query", "?text=rpi-1")
            .SetStatus(ActivityStatusCode.Error, "no state of rpi-1");
        using var discretion = new Discretion(thingNames);
        discretion.OnEnd(span);
        return span;
    }
}
