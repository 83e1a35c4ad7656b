using IoTOrleans.Events.Mqtt;
using IoTOrleans.Settings;
using IoTOrleans.Testing.Mqtt;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Mqtt;

public sealed class BrokerTlsTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(MqttProtocolVersion.V311)]
    [InlineData(MqttProtocolVersion.V500)]
    public async Task A_thing_connects_pings_and_says_goodbye_over_TLS(MqttProtocolVersion version)
    {
        using var ca = new BrokerCa();
        await using var broker = await TestBroker.Start(ca.Configure);

        var client = await broker.Connect("rpi-1", options =>
        {
            ca.Trust(options);
            options.WithProtocolVersion(version);
        });

        (await broker.Sink.Next()).ThingName.ShouldBe("rpi-1");
        await client.PingAsync(Cancelled);
        await client.PublishAsync(new MqttApplicationMessageBuilder().WithTopic("t").WithPayload(new byte[10_000])
            .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.ExactlyOnce).Build(), Cancelled);
        await client.DisconnectAsync(cancellationToken: Cancelled);
        (await broker.Sink.NextOf("rpi-1", connected: false)).DisconnectReason.ShouldBe("CLIENT_INITIATED_DISCONNECT");
    }

    [Fact]
    public async Task Mosquitto_speaks_TLS_and_refuses_another_CA()
    {
        using var ca = new BrokerCa();
        using var other = new BrokerCa();
        await using var broker = await TestBroker.Start(ca.Configure);

        var (exitCode, errors) = await MosquittoClient.Publish(
            broker.Port, "-i", "rpi-1", "--cafile", ca.CaFile, "-q", "2", "-m", "hello");
        exitCode.ShouldBe(0, errors);
        (await broker.Sink.NextOf("rpi-1", connected: false)).DisconnectReason.ShouldBe("CLIENT_INITIATED_DISCONNECT");

        (exitCode, _) = await MosquittoClient.Publish(broker.Port, "-i", "rpi-2", "--cafile", other.CaFile, "-m", "hello");
        exitCode.ShouldNotBe(0);
        await broker.Meters.Reaches("iot_orleans.broker.refused{tls}", 1);
        broker.Sink.Taken.ShouldNotContain(report => report.ThingName == "rpi-2");
    }

    [Fact]
    public async Task Clients_that_speak_plain_MQTT_are_closed_with_one_line_in_the_log()
    {
        using var ca = new BrokerCa();
        await using var broker = await TestBroker.Start(ca.Configure, new WatchedTime());

        for (var attempt = 0; attempt < 30; attempt++)
        {
            using var client = await broker.ConnectRaw();
            await client.Send(RawClient.Connect("rpi-1"));
            (await client.ReadToEnd()).ShouldBeEmpty();
        }

        await broker.Meters.Reaches("iot_orleans.broker.refused{tls}", 30);
        broker.Log.Lines.Count(line => line.Level >= LogLevel.Warning).ShouldBe(1);
        broker.Log.Lines.ShouldContain(line => line.Text.Contains("does not speak TLS", StringComparison.Ordinal));
        broker.Sink.Taken.ShouldBeEmpty();
    }

    /// <summary>0x16 begins a TLS handshake that never goes on.</summary>
    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 0x16 })]
    [InlineData(new byte[] { 0x16, 3, 1, 0, 200, 1, 0 })]
    public async Task A_handshake_counts_within_the_time_to_CONNECT(byte[] begun)
    {
        using var ca = new BrokerCa();
        var time = new WatchedTime();
        await using var broker = await TestBroker.Start(ca.Configure, time);
        var client = await broker.ConnectRaw();
        if (begun.Length > 0) await client.Send(begun);

        var limit = new MqttBrokerOptions().ConnectTimeout;
        await time.NextWaitOf(limit, Cancelled);
        time.Advance(limit);
        (await client.ReadToEnd()).ShouldBeEmpty();
        await broker.Meters.Reaches("iot_orleans.broker.connections", 0);
        broker.Meters["iot_orleans.broker.refused{no-connect}"].ShouldBe(1);
        broker.Log.Lines.ShouldNotContain(line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task An_MQTT_5_client_over_TLS_is_told_that_another_one_took_over()
    {
        using var ca = new BrokerCa();
        await using var broker = await TestBroker.Start(ca.Configure);
        var told = new TaskCompletionSource<MqttClientDisconnectReason>();
        var former = broker.Client();
        former.DisconnectedAsync += gone =>
        {
            told.TrySetResult(gone.Reason);
            return Task.CompletedTask;
        };
        await former.ConnectAsync(broker.Options("rpi-1", Version5), Cancelled);

        await broker.Connect("rpi-1", Version5);

        (await told.Task.WaitAsync(RecordingSink.Patience, Cancelled)).ShouldBe(MqttClientDisconnectReason.SessionTakenOver);

        void Version5(MqttClientOptionsBuilder options)
        {
            ca.Trust(options);
            options.WithProtocolVersion(MqttProtocolVersion.V500);
        }
    }

    [Fact]
    public async Task A_new_certificate_is_taken_while_the_broker_runs_and_a_wrong_one_is_not()
    {
        using var ca = new BrokerCa();
        using var next = new BrokerCa();
        var time = new WatchedTime();
        await using var broker = await TestBroker.Start(ca.Configure, time);
        var early = await broker.Connect("early", ca.Trust);

        next.IssueServer(into: ca);
        time.Advance(BrokerCredentials.LookEvery);
        var late = await broker.Connect("late", next.Trust);
        await early.PingAsync(Cancelled);

        await File.WriteAllTextAsync(ca.CertificateFile, "nothing", Cancelled);
        for (var looks = 0; looks < 5; looks++) time.Advance(BrokerCredentials.LookEvery);
        await broker.Connect("later", next.Trust);
        await late.PingAsync(Cancelled);
        var line = broker.Log.Lines.Where(line => line.Level == LogLevel.Error).ShouldHaveSingleItem().Text;
        line.ShouldContain($"Events:Mqtt:Listen:CertificateFile={ca.CertificateFile} and ");

        next.IssueServer(into: ca);
        time.Advance(BrokerCredentials.LookEvery);
        await broker.Connect("latest", next.Trust);
        broker.Log.Lines.Count(each => each.Text.EndsWith("as it is now.", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Fact]
    public async Task A_certificate_that_has_expired_is_used_and_a_warning_names_it()
    {
        using var ca = new BrokerCa(ends: new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero));
        await using var broker = await TestBroker.Start(ca.Configure, new WatchedTime());
        broker.Log.Lines.Where(line => line.Level == LogLevel.Warning).ShouldHaveSingleItem().Text
            .ShouldContain($"The certificate in {ca.CertificateFile} has expired");

        // Many devices do not look at the time, and only this broker sees them.
        await broker.Connect("rpi-1", options => options.WithTlsOptions(tls => tls.UseTls().WithCertificateValidationHandler(_ => true)));
    }

    [Fact]
    public void All_that_is_wrong_with_the_files_is_named_at_once()
    {
        using var ca = new BrokerCa();
        using var other = new BrokerCa();
        var users = Path.Combine(ca.Folder, "users");
        File.WriteAllText(users, "door-1:nothing\ndoor-2\n");
        var wrong = new MqttBrokerOptions
        {
            CertificateFile = ca.CertificateFile, KeyFile = other.KeyFile, ClientCaFile = "missing.pem", UsersFile = users,
        };

        string.Join('\n', BrokerCredentials.Trouble(wrong)).ShouldBe(string.Join('\n',
            $"Events:Mqtt:Listen:ClientCaFile=missing.pem cannot be read (Could not find file '{Path.GetFullPath("missing.pem")}'): name a "
                + "PEM file that this user may read.",
            $"Events:Mqtt:Listen:CertificateFile={ca.CertificateFile} and Events:Mqtt:Listen:KeyFile={other.KeyFile} are no certificate "
                + "and its private key (the key belongs to another certificate): both must be PEM, and the key without a password.",
            $"Events:Mqtt:Listen:UsersFile={users}, line 1: what follows the name is no hash that this version knows; make the line with "
                + "the command mqtt-user.",
            $"Events:Mqtt:Listen:UsersFile={users}, line 2: it is not name:hash; make the line with the command mqtt-user."));
        BrokerCredentials.Trouble(new() { KeyFile = "a", ClientCaFile = "b" }).ShouldBe(
        [
            "Events:Mqtt:Listen:KeyFile is set without Events:Mqtt:Listen:CertificateFile: set both, or neither.",
            "Events:Mqtt:Listen:ClientCaFile is set without Events:Mqtt:Listen:CertificateFile: without TLS no client can show a "
                + "certificate.",
        ]);
        BrokerCredentials.Trouble(new() { CertificateFile = ca.Folder, KeyFile = ca.KeyFile }).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_broker_whose_certificate_cannot_be_read_does_not_start_in_plain_text()
    {
        await using var broker = TestBroker.Create(options => (options.CertificateFile, options.KeyFile) = ("missing.pem", "missing.key"));
        var failed = await Should.ThrowAsync<StartupException>(() => broker.Broker.StartAsync(Cancelled));
        failed.Message.ShouldContain("Events:Mqtt:Listen:CertificateFile=missing.pem cannot be read");
        failed.Message.ShouldContain("Events:Mqtt:Listen:KeyFile=missing.key cannot be read");
        broker.Broker.EndPoint.ShouldBeNull();
    }
}
