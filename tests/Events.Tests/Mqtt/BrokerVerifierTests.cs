using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Testing.Mqtt;
using MQTTnet;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Mqtt;

public sealed class BrokerVerifierTests : IAsyncDisposable
{
    private readonly WatchedTime _time = new();
    private readonly TestBroker _broker;

    public BrokerVerifierTests() => _broker = TestBroker.Create(time: _time, start: 3);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public void It_knows_things_of_the_broker_only()
    {
        _broker.Verifier.Covers(EventSource.Broker).ShouldBeTrue();
        _broker.Verifier.Covers(EventSource.Queue).ShouldBeFalse();
        _broker.Verifier.Covers(EventSource.Http).ShouldBeFalse();
    }

    [Fact]
    public async Task A_live_connection_is_the_witness()
    {
        await _broker.Broker.StartAsync(Cancelled);
        _time.Advance(TimeSpan.FromMinutes(1));
        await _broker.Connect("other");
        var client = await _broker.Connect("rpi-1");
        _time.Advance(TimeSpan.FromMinutes(1));

        // As of now: a word of somebody else that came in between is older than what is seen.
        (await Ask("rpi-1")).ShouldBe(new(VerifierVerdict.Connected, _time.GetUtcNow(), 2));

        await client.DisconnectAsync(cancellationToken: Cancelled);
        await _broker.Sink.NextOf("rpi-1", connected: false);
        await _broker.Meters.Reaches("iot_orleans.events{broker,taken}", 3);
        (await Ask("rpi-1")).Verdict.ShouldBe(VerifierVerdict.Disconnected);
    }

    [Fact]
    public async Task A_session_that_a_dead_client_wanted_kept_is_no_witness()
    {
        await _broker.Broker.StartAsync(Cancelled);
        var client = await _broker.ConnectRaw();
        await client.Send(RawClient.Connect("rpi-1", flags: 0));
        await client.Read(4);

        client.Dispose();

        await _broker.Sink.NextOf("rpi-1", connected: false);
        (await Ask("rpi-1")).Verdict.ShouldBe(VerifierVerdict.Disconnected);
    }

    [Fact]
    public async Task A_thing_that_was_not_here_has_been_away_since_the_start_at_least()
    {
        await _broker.Broker.StartAsync(Cancelled);
        var start = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromHours(1));

        (await Ask("never-seen")).ShouldBe(new(VerifierVerdict.Disconnected, start));
    }

    [Fact]
    public async Task What_the_grain_was_not_told_yet_the_verifier_tells()
    {
        await _broker.Broker.StartAsync(Cancelled);
        _broker.Sink.Gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _time.Advance(TimeSpan.FromMinutes(1));
        var client = await _broker.Connect("rpi-1");
        await client.DisconnectAsync(cancellationToken: Cancelled);
        await _broker.Meters.Reaches("iot_orleans.broker.connections", 0);
        var endedAt = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromMinutes(1));

        (await Ask("rpi-1")).ShouldBe(new(VerifierVerdict.Disconnected, endedAt, 1, Detail: "CLIENT_INITIATED_DISCONNECT"));
    }

    [Fact]
    public async Task Before_the_start_and_while_stopping_it_says_nothing_of_things()
    {
        (await Ask("rpi-1")).Verdict.ShouldBe(VerifierVerdict.Failed);
        await _broker.Broker.StartAsync(Cancelled);
        await _broker.Connect("rpi-1");
        _broker.Sink.Gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

        var stopped = _broker.Stop();
        (await Ask("rpi-1")).Verdict.ShouldBe(VerifierVerdict.Failed);
        _broker.Sink.Gate.SetResult();
        await stopped;

        (await Ask("rpi-1")).Verdict.ShouldBe(VerifierVerdict.Failed);
    }

    private Task<VerifierAnswer> Ask(string thingName) => _broker.Verifier.Ask(new(thingName), Cancelled);
}
