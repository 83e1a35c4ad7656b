using System.Net;
using Amazon.SQS.Model;
using IoTOrleans.Events.Sqs;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Sqs;

/// <summary>SQS does not answer, or answers what nobody wants to hear.</summary>
public sealed class QueueTroubleTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task A_queue_that_does_not_answer_is_told_once_a_minute_and_taken_up_again_by_itself()
    {
        await using var rig = new SqsRig();
        await rig.Start();
        rig.Queue.Faults["Receive"] = new HttpRequestException("Connection refused (127.0.0.1:4566)");
        await rig.Pass(TimeSpan.FromMinutes(4));

        rig.Log.Warnings.Count.ShouldBeInRange(3, 4);
        rig.Log.Warnings[0].ShouldContain("Connection refused");
        rig.Queue.Faults.Clear();
        rig.Queue.Send(SqsRig.Body("a"));
        await rig.Until(() => rig.Queue.Waiting is 0, TimeSpan.FromSeconds(35));

        rig.Log.All.ShouldContain(line => line.EndsWith("answers again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_time_out_of_the_sdk_is_no_reason_to_stop()
    {
        await using var rig = new SqsRig();
        await rig.Start();
        rig.Queue.Faults["Receive"] = new TaskCanceledException("The request was canceled due to the configured HttpClient.Timeout.");
        await rig.Pass(TimeSpan.FromSeconds(40));

        rig.Queue.Faults.Clear();
        rig.Queue.Send(SqsRig.Body("a"));
        await rig.Until(() => rig.Queue.Waiting is 0, TimeSpan.FromSeconds(35));
    }

    [Fact]
    public async Task Deletes_that_fail_are_tried_again_while_the_messages_stay_hidden()
    {
        await using var rig = new SqsRig();
        rig.Queue.Faults["Delete"] = FakeQueue.Error("AccessDenied", HttpStatusCode.Forbidden);
        rig.Queue.Send(SqsRig.Body("a"));
        await rig.Start();
        await rig.Until(() => rig.Sink.Stored.Count is 1, Soon);
        await rig.Pass(TimeSpan.FromSeconds(8));

        rig.Log.Warnings.ShouldHaveSingleItem().ShouldContain("sqs:DeleteMessage");
        rig.Queue.Faults.Clear();
        await rig.Until(() => rig.Queue.Waiting is 0, TimeSpan.FromSeconds(10));
        rig.Sink.Stored.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_cannot_be_deleted_at_all_comes_again()
    {
        await using var rig = new SqsRig();
        rig.Queue.Faults["Delete"] = FakeQueue.Error("AccessDenied", HttpStatusCode.Forbidden);
        rig.Queue.Send(SqsRig.Body("a"));
        await rig.Start();
        await rig.Until(() => rig.Sink.Stored.Count >= 2, TimeSpan.FromMinutes(2));

        rig.Queue.Faults.Clear();
        await rig.Until(() => rig.Queue.Waiting is 0, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Each_entry_of_a_delete_counts_for_itself()
    {
        await using var rig = new SqsRig();
        var failOnce = new HashSet<string> { SqsRig.Body("a") };
        var forgetOnce = new HashSet<string> { SqsRig.Body("b") };
        rig.Queue.DeleteError = body =>
            failOnce.Remove(body) ? new BatchResultErrorEntry { Code = "InternalError", SenderFault = false } : null;
        rig.Queue.DeleteForgets = forgetOnce.Remove;
        rig.Queue.Send(SqsRig.Body("a"), SqsRig.Body("b"), SqsRig.Body("c"));

        await rig.Start();
        await rig.Until(() => rig.Queue.Waiting is 0, TimeSpan.FromSeconds(10));

        rig.Queue.Deleted.Count.ShouldBe(3);
        rig.Sink.Stored.Count.ShouldBe(3);
        rig.Get<InFlightMessages>().Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_receipt_that_sqs_does_not_take_is_not_tried_again()
    {
        await using var rig = new SqsRig();
        rig.Queue.DeleteError = _ => new BatchResultErrorEntry { Code = "ReceiptHandleIsInvalid", SenderFault = true };
        rig.Queue.Send(SqsRig.Body("a"));

        await rig.Start();
        await rig.Until(() => rig.Queue.DeleteBatches.Count is 1, Soon);
        await rig.Until(() => rig.Get<InFlightMessages>().Count is 0, Soon);
        await rig.Pass(TimeSpan.FromSeconds(20));

        rig.Queue.DeleteBatches.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Extensions_that_fail_for_a_while_lose_nothing()
    {
        await using var rig = new SqsRig();
        var stored = new TaskCompletionSource();
        rig.Sink.Waits = _ => stored.Task;
        rig.Queue.Send(SqsRig.Body("a"));
        await rig.Start();
        rig.Queue.Faults["ChangeVisibility"] = FakeQueue.Error("RequestThrottled", HttpStatusCode.BadRequest);
        await rig.Pass(TimeSpan.FromSeconds(18));
        rig.Queue.Faults.Clear();
        await rig.Pass(TimeSpan.FromSeconds(60));

        rig.Queue.ReceiveCountOf(SqsRig.Body("a")).ShouldBe(1);
        rig.Log.Warnings.ShouldHaveSingleItem().ShouldContain("sqs:ChangeMessageVisibility");
        stored.SetResult();
        await rig.Until(() => rig.Queue.Waiting is 0, Soon);
    }

    [Fact]
    public async Task A_message_that_was_hidden_for_too_long_is_stored_twice_and_lost_never()
    {
        await using var rig = new SqsRig();
        var stored = new TaskCompletionSource();
        rig.Sink.Waits = _ => stored.Task;
        rig.Queue.Send(SqsRig.Body("a"));
        await rig.Start();
        rig.Queue.Faults["ChangeVisibility"] = FakeQueue.Error("RequestThrottled", HttpStatusCode.BadRequest);
        await rig.Until(() => rig.Sink.Attempts.Count is 2, TimeSpan.FromMinutes(1));
        rig.Queue.Faults.Clear();

        stored.SetResult();
        await rig.Until(() => rig.Queue.Waiting is 0, Soon);
        await rig.Until(() => rig.Get<InFlightMessages>().Count is 0, Soon);
    }
}
