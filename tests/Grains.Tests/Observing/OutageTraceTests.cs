using System.Diagnostics;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Observing;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Tests.Observing;

public sealed class OutageTraceTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    private static readonly AsyncLocal<bool> IsHere = new();

    private static readonly Outage Grace = new() { Id = "o", Since = Noon, GraceEndsAt = Noon };

    [Fact]
    public void A_trace_is_read_as_it_was_written_in_32_characters()
    {
        for (var i = 0; i < 100; i++)
        {
            var written = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);
            var text = OutageTrace.Write(written);
            text.Length.ShouldBe(32);
            var read = OutageTrace.Read(text);
            (read.TraceId, read.SpanId, read.TraceFlags).ShouldBe((written.TraceId, written.SpanId, written.TraceFlags));
            read.IsRemote.ShouldBeTrue();
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("AAAA")]
    [InlineData("????????????????????????????????")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void What_is_no_trace_stops_nothing(string? stored) => OutageTrace.Read(stored).ShouldBe(default);

    [Fact]
    public void It_is_noted_when_an_outage_begins_or_may_end_and_not_in_between()
    {
        using var listener = Listen();
        using var span = Traces.Source.StartActivity("receive")!;
        var here = OutageTrace.Write(span.Context);

        Noted(null, Grace).ShouldBe(here);
        Noted(Grace with { Trace = "old" }, Grace with { Trace = "old", Telling = Noon }).ShouldBe("old");
        Noted(Grace with { Trace = "old", Telling = Noon }, Grace with { Trace = "old", Telling = Noon, BackAt = Noon }).ShouldBe(here);
        Noted(null, Grace, persist: false).ShouldBeNull();
    }

    [Fact]
    public void Where_nobody_records_nothing_is_noted() => Noted(null, Grace).ShouldBeNull();

    [Fact]
    public void The_deadline_goes_on_in_the_trace_of_the_event_whatever_runs_here()
    {
        using var listener = Listen();
        using var reminder = Traces.Source.StartActivity("a reminder")!;
        var stored = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);
        using var deadline = OutageTrace.Deadline(Grace with { Trace = OutageTrace.Write(stored) }, "rpi-1")!;
        (deadline.TraceId, deadline.ParentSpanId).ShouldBe((stored.TraceId, stored.SpanId));
        using var own = OutageTrace.Deadline(Grace, "rpi-1")!;
        own.TraceId.ShouldNotBe(reminder.TraceId);
        OutageTrace.Deadline(Grace with { Telling = Noon }, "rpi-1").ShouldBeNull("what is told later belongs to no deadline");
        OutageTrace.Deadline(null, "rpi-1").ShouldBeNull();
    }

    private static string? Noted(Outage? before, Outage after, bool persist = true) => OutageTrace.Note(
        new(new DeviceState { Outage = after }, persist, [], PresenceReason.GraceStarted), new DeviceState { Outage = before },
        state => state).State.Outage!.Trace;

    /// <summary>Nothing of the tests that run beside this one.</summary>
    private static ActivityListener Listen()
    {
        IsHere.Value = true;
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Traces.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => IsHere.Value
                ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
