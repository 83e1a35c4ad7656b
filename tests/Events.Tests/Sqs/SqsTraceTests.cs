using System.Collections.Concurrent;
using System.Diagnostics;
using IoTOrleans.Grains.Observing;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Sqs;

/// <summary>Names and tags are OpenTelemetry's conventions for messaging, which are still in development: pinned here.</summary>
public sealed class SqsTraceTests
{
    private static readonly AsyncLocal<bool> IsHere = new();

    [Fact]
    public async Task Each_message_has_a_trace_of_its_own_that_is_linked_to_the_receive_of_its_batch()
    {
        var spans = new ConcurrentQueue<Activity>();
        IsHere.Value = true;
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Traces.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => IsHere.Value
                ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var rig = new SqsRig();
        rig.Queue.Send(SqsRig.Body("a"), SqsRig.Body("b", connected: false));
        await rig.Start();
        await rig.Until(() => rig.Queue.Waiting is 0, TimeSpan.FromSeconds(30));

        var received = spans.Where(span => span.OperationName == "receive presence").ToList();
        var batch = received.ShouldHaveSingleItem();
        batch.Kind.ShouldBe(ActivityKind.Client);
        batch.GetTagItem("messaging.batch.message_count").ShouldBe(2);
        var messages = spans.Where(span => span.OperationName == "process presence").ToList();
        messages.Count.ShouldBe(2);
        messages.Select(span => span.TraceId).Distinct().Count().ShouldBe(2);
        foreach (var span in messages)
        {
            span.Kind.ShouldBe(ActivityKind.Consumer);
            span.ParentSpanId.ShouldBe(default);
            span.Links.Single().Context.SpanId.ShouldBe(batch.SpanId);
            span.GetTagItem("messaging.system").ShouldBe("aws_sqs");
            span.GetTagItem("messaging.operation.type").ShouldBe("process");
            span.GetTagItem("messaging.destination.name").ShouldBe("presence");
            span.GetTagItem("iot_orleans.reason").ShouldNotBeNull();
        }
    }
}
