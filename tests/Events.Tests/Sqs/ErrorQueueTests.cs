using System.Net;
using System.Text;
using IoTOrleans.Contracts;
using IoTOrleans.Events.Sqs;
using IoTOrleans.Events.Watermarks;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Settings;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Sqs;

/// <summary>The error queue of the IoT rules is consumed like the queue with the events, and beside it.</summary>
public sealed class ErrorQueueTests
{
    private static readonly DateTimeOffset Start = new(2025, 11, 23, 8, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Start);
    private readonly FakeQueue _errors;

    public ErrorQueueTests() => _errors = new FakeQueue(_time);

    [Fact]
    public async Task Events_of_both_queues_are_stored_and_a_warning_names_the_rule()
    {
        await using var rig = new SqsRig(time: _time, errors: _errors);
        rig.Queue.Send(SqsRig.Body("a"));
        _errors.Send(Message(SqsRig.Body("b", connected: false)), Message(SqsRig.Body("c")), SqsRig.Body("d"));

        await rig.Start();
        await rig.Until(() => rig.Queue.Waiting + _errors.Waiting is 0, TimeSpan.FromSeconds(30));

        rig.Sink.Stored.Select(stored => stored.ThingName).Order().ShouldBe(["a", "b", "c", "d"]);
        rig.Sink.Stored.ShouldEachBe(stored => stored.Change.Source == EventSource.Queue);
        rig.Log.Warnings.ShouldHaveSingleItem().ShouldContain("The IoT rule presence_to_sqs fails");
    }

    [Fact]
    public async Task Poison_goes_to_the_dead_letter_queue_of_the_error_queue()
    {
        _errors.MaxReceiveCount = 2;
        await using var rig = new SqsRig(time: _time, errors: _errors);
        _errors.Send(Message("hello"), Message(SqsRig.Body("b")));

        await rig.Start();
        await rig.Until(() => _errors.Waiting is 0, TimeSpan.FromSeconds(30));

        _errors.Dead.ShouldBe([Message("hello")]);
        rig.Sink.Stored.ShouldHaveSingleItem().ThingName.ShouldBe("b");
    }

    [Theory]
    [InlineData("Attributes", "InvalidClientTokenId")]
    [InlineData("Receive", "AccessDenied")]
    public async Task A_start_that_fails_names_the_setting_and_the_queue(string call, string code)
    {
        await using var rig = new SqsRig(time: _time, errors: _errors);
        _errors.Faults[call] = FakeQueue.Error(code, HttpStatusCode.Forbidden);

        (await Should.ThrowAsync<StartupException>(rig.Start)).Message
            .ShouldStartWith($"Events:Sqs:ErrorQueueUrl={FakeQueue.ErrorUrl}: ");
    }

    [Fact]
    public async Task A_queue_without_a_redrive_policy_is_named()
    {
        _errors.MaxReceiveCount = null;
        await using var rig = new SqsRig(time: _time, errors: _errors);
        await rig.Start();
        rig.Log.Warnings.ShouldHaveSingleItem().ShouldContain($"{FakeQueue.ErrorUrl} has no redrive policy");
    }

    [Theory]
    [InlineData("presence-errors")]
    [InlineData("https://sqs.eu-west-1.amazonaws.com/123456789012/errors.fifo")]
    public void An_address_that_cannot_work_is_refused_by_name(string url) =>
        Should.Throw<StartupException>(() => SqsOptions.ForErrorQueue(url).Validate()).Message
            .ShouldStartWith($"Events:Sqs:ErrorQueueUrl={url}: ");

    /// <summary>A container has 30 seconds; one consumer after the other could take twice the drain timeout.</summary>
    [Fact]
    public async Task Both_consumers_stop_at_the_same_time_and_give_back_what_is_in_hand()
    {
        await using var rig = new SqsRig(time: _time, errors: _errors);
        rig.Sink.Waits = _ => Task.Delay(TimeSpan.FromHours(1), rig.Time);
        await rig.Start();
        rig.Queue.Send(SqsRig.Body("a"));
        _errors.Send(Message(SqsRig.Body("b")));
        await rig.Until(() => rig.Sink.Attempts.Count is 2, TimeSpan.FromSeconds(10));

        var stopped = rig.BeginStop();
        var waited = await rig.Until(() => stopped.IsCompleted, TimeSpan.FromMinutes(2));

        waited.ShouldBeLessThan(TimeSpan.FromSeconds(27));
        (rig.Queue.Visible, _errors.Visible).ShouldBe((1, 1));
    }

    [Fact]
    public async Task Each_queue_has_a_watermark_of_its_own()
    {
        await using var rig = new SqsRig(time: _time, errors: _errors);
        rig.Sink.Waits = thing => thing == "b" ? Task.Delay(TimeSpan.FromHours(1), rig.Time) : Task.CompletedTask;
        _errors.Send(Message(SqsRig.Body("b")));
        await rig.Start();
        await rig.Pass(TimeSpan.FromSeconds(60));

        var now = rig.Time.GetUtcNow();
        var events = rig.Get<ConsumerWatermark>().At(now);
        var errors = rig.Get<ErrorQueue>().Get<ConsumerWatermark>().At(now);
        events.SeenUntil.ShouldNotBeNull().ShouldBeGreaterThan(now.AddSeconds(-10));
        errors.SeenUntil.ShouldNotBeNull().ShouldBeLessThan(Start);
        events.And(errors).SeenUntil.ShouldBe(errors.SeenUntil, "a return may be in either");
    }

    [Fact]
    public void Of_two_queues_the_one_that_is_less_known_counts()
    {
        var (early, late) = (Start, Start.AddMinutes(1));
        new Watermark(early).And(new(late)).ShouldBe(new(early));
        new Watermark(late).And(new(early)).ShouldBe(new(early));
        new Watermark(late).And(Watermark.Unknown).ShouldBe(Watermark.Unknown);
        Watermark.Unknown.And(new(late)).ShouldBe(Watermark.Unknown);
        new Watermark(early, early, late).And(new(early)).ShouldBe(new(early, early, late));
        new Watermark(early, early, late).And(new(early, late, early)).ShouldBe(new(early, late, late));
    }

    /// <summary>They need no storage, so they neither wait for it nor keep the watermark back.</summary>
    [Fact]
    public async Task Connect_failures_are_deleted_at_once_even_while_storage_is_down()
    {
        await using var rig = new SqsRig(time: _time);
        rig.Sink.IsDown = true;
        await rig.Start();
        for (var i = 0; i < 30; i++) rig.Queue.Send(Refusal($"thing-{i % 3}", i));
        await rig.Until(() => rig.Queue.Waiting is 0, TimeSpan.FromSeconds(10));
        await rig.Pass(TimeSpan.FromSeconds(8));
        rig.Get<ConsumerWatermark>().At(rig.Time.GetUtcNow()).SeenUntil.ShouldNotBeNull()
            .ShouldBeGreaterThan(rig.Time.GetUtcNow().AddSeconds(-8));

        rig.Sink.IsDown = false;
        await rig.Get<ConnectFailureRelay>().DeliverSome(TestContext.Current.CancellationToken);

        rig.Sink.Stored.ShouldBeEmpty();
        rig.Sink.Refused.Select(call => (call.ThingName, call.Failures.Count)).Order()
            .ShouldBe([("thing-0", 10), ("thing-1", 10), ("thing-2", 10)]);
    }

    private static string Refusal(string clientId, int millisecond) =>
        $$"""{"clientId":"{{clientId}}","eventType":"connect_failed","timestamp":{{1763884800000 + millisecond}}}""";

    private static string Message(string payload) => $$"""
        {"ruleName":"presence_to_sqs","topic":"x","base64OriginalPayload":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes(payload))}}",
         "failures":[{"failedAction":"SqsAction","errorMessage":"Access denied"}]}
        """;
}
