using IoTOrleans.Testing.Mqtt;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Mqtt;

public sealed class BrokerMosquittoTests
{
    [Theory]
    [InlineData("mqttv31")]
    [InlineData("mqttv311")]
    [InlineData("5")]
    public async Task Mosquitto_connects_and_says_goodbye(string version)
    {
        await using var broker = await TestBroker.Start();

        // -E: until its subscription is acknowledged.
        using var client = MosquittoClient.Subscribe(broker.Port, "-i", "倉庫-1", "-V", version, "-E");

        (await client.Exit()).ExitCode.ShouldBe(0);
        (await broker.Sink.Next()).ThingName.ShouldBe("倉庫-1");
        (await broker.Sink.NextOf("倉庫-1", connected: false)).DisconnectReason.ShouldBe("CLIENT_INITIATED_DISCONNECT");
    }

    [Fact]
    public async Task Mosquitto_killed_is_a_lost_connection()
    {
        await using var broker = await TestBroker.Start();
        using var client = MosquittoClient.Subscribe(broker.Port, "-i", "rpi-1");
        await broker.Sink.NextOf("rpi-1", connected: true);

        client.Kill();

        (await broker.Sink.NextOf("rpi-1", connected: false)).DisconnectReason.ShouldBe("CONNECTION_LOST");
    }

    [Fact]
    public async Task Mosquitto_frozen_runs_out_of_keep_alive()
    {
        var time = new WatchedTime();
        await using var broker = await TestBroker.Start(time: time);
        using var client = MosquittoClient.Subscribe(broker.Port, "-i", "rpi-1", "-k", "60");
        await broker.Sink.NextOf("rpi-1", connected: true);
        await time.NextWaitOf(TimeSpan.FromSeconds(90), TestContext.Current.CancellationToken);

        client.Signal("STOP");
        time.Advance(TimeSpan.FromSeconds(91));

        (await broker.Sink.NextOf("rpi-1", connected: false)).DisconnectReason.ShouldBe("MQTT_KEEP_ALIVE_TIMEOUT");
    }

    [Theory]
    [InlineData("mqttv311")]
    [InlineData("5")]
    public async Task Mosquitto_publishes_into_the_void(string version)
    {
        await using var broker = await TestBroker.Start();
        using var subscriber = MosquittoClient.Subscribe(broker.Port, "-i", "subscriber", "-q", "2", "-V", version);
        await broker.Sink.NextOf("subscriber", connected: true);

        foreach (var qos in new[] { "0", "1", "2" })
        {
            var (exitCode, errors) = await MosquittoClient.Publish(
                broker.Port, "-i", "publisher", "-V", version, "-q", qos, "-r", "-m", "hello", "--will-topic", "will",
                "--will-payload", "gone");

            exitCode.ShouldBe(0, errors);
            (await broker.Sink.NextOf("publisher", connected: false)).DisconnectReason.ShouldBe("CLIENT_INITIATED_DISCONNECT");
        }

        subscriber.Signal("TERM");
        var cancelled = TestContext.Current.CancellationToken;
        (await subscriber.Output.ReadToEndAsync(cancelled).WaitAsync(RecordingSink.Patience, cancelled)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Mosquitto_keeps_a_session_that_we_do_not()
    {
        await using var broker = await TestBroker.Start();

        for (var round = 0; round < 2; round++)
        {
            using var client = MosquittoClient.Subscribe(broker.Port, "-i", "rpi-1", "-c", "-q", "1");
            await broker.Sink.NextOf("rpi-1", connected: true);
            client.Kill();
            await broker.Sink.NextOf("rpi-1", connected: false);
        }
    }

    [Theory]
    [InlineData("mqttv311")]
    [InlineData("5")]
    public async Task Mosquitto_without_a_name_is_no_thing(string version)
    {
        await using var broker = await TestBroker.Start();

        var (exitCode, errors) = await MosquittoClient.Publish(broker.Port, "-V", version, "-q", "1", "-m", "hello");

        exitCode.ShouldBe(0, errors);
        await broker.Stop();
        broker.Sink.Taken.ShouldBeEmpty();
    }

    [Fact]
    public async Task Mosquitto_tells_its_user_of_a_wrong_password()
    {
        await using var broker = await TestBroker.Start(options => (options.Username, options.Password) = ("device", "secret"));

        var (exitCode, errors) = await MosquittoClient.Publish(broker.Port, "-i", "rpi-1", "-u", "device", "-P", "wrong", "-m", "hello");
        exitCode.ShouldNotBe(0);
        errors.ShouldContain("bad user name or password");

        (exitCode, errors) = await MosquittoClient.Publish(broker.Port, "-i", "rpi-1", "-u", "device", "-P", "secret", "-m", "hello");
        exitCode.ShouldBe(0, errors);
    }
}
