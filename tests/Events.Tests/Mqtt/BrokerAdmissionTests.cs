using IoTOrleans.Events.Mqtt;
using IoTOrleans.Testing.Mqtt;
using MQTTnet;
using MQTTnet.Formatter;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NSubstitute;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Mqtt;

public sealed class BrokerAdmissionTests
{
    private static readonly byte[] IdentifierRejected = [0x20, 2, 0, 2];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Any_name_that_a_thing_may_have_is_a_client_id()
    {
        await using var broker = await TestBroker.Start();

        foreach (var name in new[] { "倉庫の温度計", new string('a', 128), new string('温', 128), "door/left #1 + 50 %", " a" })
        {
            await broker.Connect(name);
            (await broker.Sink.Next()).ThingName.ShouldBe(name);
        }
    }

    public static TheoryData<string, byte[]> BadNames { get; } = new()
    {
        { "too long", [.. Enumerable.Repeat((byte)'a', 129)] },
        { "too long in Japanese", [.. Enumerable.Repeat("温"u8.ToArray(), 129).SelectMany(bytes => bytes)] },
        { "too many bytes", [.. Enumerable.Repeat("🌡"u8.ToArray(), 97).SelectMany(bytes => bytes)] },
        { "blank", "  "u8.ToArray() },
        { "blank in Japanese", "\u3000"u8.ToArray() },
        { "a control character", "a\nb"u8.ToArray() },
        { "a null character", "a\0b"u8.ToArray() },
        { "half a surrogate pair", [0xED, 0xA0, 0x80] },
        { "no character", [0xEF, 0xBF, 0xBE] },
        { "not UTF-8", [0xC3, 0x28] },
    };

    [Theory]
    [MemberData(nameof(BadNames))]
    public async Task A_name_that_no_thing_may_have_is_an_identifier_rejected(string what, byte[] clientId)
    {
        await using var broker = await TestBroker.Start();
        var client = await broker.ConnectRaw();

        await client.Send(RawClient.Connect(clientId));

        (await client.ReadToEnd()).ShouldBe(IdentifierRejected, what);
        await broker.Stop();
        broker.Sink.Taken.ShouldBeEmpty();
        broker.Meters["iot_orleans.broker.refused{identifier}"].ShouldBe(1);
        broker.Log.Lines.ShouldContain(line => line.Level == LogLevel.Warning);
    }

    [Fact]
    public async Task An_MQTT_5_client_reads_what_is_wrong_with_its_name()
    {
        await using var broker = await TestBroker.Start();

        var result = await broker.Client().ConnectAsync(
            broker.Options(new string('a', 129), options => options.WithProtocolVersion(MqttProtocolVersion.V500)), Cancelled);

        result.ResultCode.ShouldBe(MqttClientConnectResultCode.ClientIdentifierNotValid);
        result.ReasonString.ShouldContain("128");
    }

    [Fact]
    public async Task A_stored_session_without_a_name_is_no_connection()
    {
        await using var broker = await TestBroker.Start();
        var client = await broker.ConnectRaw();

        await client.Send(RawClient.Connect("", flags: 0));

        // Should be an identifier rejected (MQTT-3.1.3-8); the decoder takes it for malformed and says no more.
        (await client.ReadToEnd()).ShouldBeEmpty();
        broker.Meters["iot_orleans.broker.refused{garbage}"].ShouldBe(1);
    }

    [Theory]
    [InlineData(MqttProtocolVersion.V311, "device", "secret", true)]
    [InlineData(MqttProtocolVersion.V500, "device", "secret", true)]
    [InlineData(MqttProtocolVersion.V311, "device", "Secret", false)]
    [InlineData(MqttProtocolVersion.V500, "device", "Secret", false)]
    [InlineData(MqttProtocolVersion.V311, "devic", "secret", false)]
    [InlineData(MqttProtocolVersion.V311, "", "", false)]
    [InlineData(MqttProtocolVersion.V311, null, null, false)]
    [InlineData(MqttProtocolVersion.V500, null, null, false)]
    public async Task User_name_and_password_must_both_fit(MqttProtocolVersion version, string? username, string? password, bool granted)
    {
        await using var broker = await TestBroker.Start(options => (options.Username, options.Password) = ("device", "secret"));

        var result = await broker.Client().ConnectAsync(
            broker.Options("rpi-1", options =>
            {
                options.WithProtocolVersion(version);
                if (username is not null) options.WithCredentials(username, password);
            }),
            Cancelled);

        result.ResultCode.ShouldBe(granted ? MqttClientConnectResultCode.Success : MqttClientConnectResultCode.BadUserNameOrPassword);
        await broker.Stop();
        broker.Sink.Taken.Count.ShouldBe(granted ? 1 : 0);
        broker.Log.Lines.ShouldNotContain(line => line.Text.Contains("ecret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Credentials_that_nobody_asked_for_are_fine()
    {
        await using var broker = await TestBroker.Start();

        await broker.Connect("rpi-1", options => options.WithCredentials("any", "thing"));

        (await broker.Sink.Next()).ThingName.ShouldBe("rpi-1");
    }

    [Fact]
    public async Task Other_ways_to_authenticate_are_refused()
    {
        await using var broker = await TestBroker.Start();

        var result = await broker.Client().ConnectAsync(
            broker.Options(
                "rpi-1", options => options.WithProtocolVersion(MqttProtocolVersion.V500).WithEnhancedAuthentication("GS2-KRB5", [1, 2])),
            Cancelled);

        result.ResultCode.ShouldBe(MqttClientConnectResultCode.BadAuthenticationMethod);
    }

    [Fact]
    public async Task One_client_more_than_allowed_is_refused_and_the_others_stay()
    {
        await using var broker = await TestBroker.Start(options => options.MaxConnections = 2);
        var first = await broker.Connect("first");
        var second = await broker.Connect("second");

        var third = await broker.ConnectRaw();
        await third.Send(RawClient.Connect("third"));
        (await third.ReadToEnd()).ShouldBe([0x20, 2, 0, 3]);

        await first.PingAsync(Cancelled);
        await second.PingAsync(Cancelled);
        broker.Meters["iot_orleans.broker.refused{limit}"].ShouldBe(1);
        await broker.Meters.Reaches("iot_orleans.broker.connections", 2);

        // And when one goes, the next may come.
        await first.DisconnectAsync(cancellationToken: Cancelled);
        await broker.Meters.Reaches("iot_orleans.broker.connections", 1);
        await broker.Connect("third");
    }

    [Fact]
    public async Task Clients_without_a_name_never_take_the_place_of_a_thing()
    {
        await using var broker = await TestBroker.Start(options => (options.MaxConnections, options.MaxSilent) = (2, 3), new WatchedTime());
        var first = await broker.ConnectRaw();
        await first.Send(RawClient.Connect(""));
        (await first.Read(4)).ShouldBe([0x20, 2, 0, 0]);
        for (var i = 0; i < 5; i++) await broker.Connect(i % 2 == 0 ? "" : $"auto-{Guid.NewGuid():N}");

        // The places of things are free, and the oldest of those without a name had to go.
        (await first.ReadToEnd()).ShouldBeEmpty();
        broker.Meters["iot_orleans.broker.refused{limit}"].ShouldBe(0);
        var things = new[] { await broker.Connect("rpi-1"), await broker.Connect("rpi-2") };
        for (var i = 0; i < 5; i++) await broker.Connect("");
        foreach (var thing in things) await thing.PingAsync(Cancelled);

        await broker.Stop();
        broker.Sink.Taken.Select(report => report.ThingName).Order().ShouldBe(["rpi-1", "rpi-2"]);
        broker.Meters["iot_orleans.broker.refused{no-connect}"].ShouldBe(0);
    }

    [Fact]
    public async Task At_the_limit_of_things_nobody_is_refused_because_storage_does_not_answer()
    {
        var known = Substitute.For<IKnownThings>();
        known.Count(default).ReturnsForAnyArgs(1);
        known.Knows("", default).ReturnsForAnyArgs<Task<bool>>(_ => throw new TimeoutException());
        using var limit = new ThingLimit(1, known, NullLogger<ThingLimit>.Instance);
        await using var broker = await TestBroker.Start(limit: limit);

        await broker.Connect("rpi-1");

        (await broker.Sink.Next()).ThingName.ShouldBe("rpi-1");
    }

    [Fact]
    public void Silent_connections_over_TLS_are_fewer_because_each_takes_more()
    {
        const long gigabyte = 1L << 30;
        MqttBrokerOptions.MostSilent(gigabyte / 2, overTls: false).ShouldBe(4096);
        MqttBrokerOptions.MostSilent(gigabyte, overTls: true).ShouldBe(1638);
        MqttBrokerOptions.MostSilent(gigabyte / 4, overTls: true).ShouldBe(1000);
        MqttBrokerOptions.MostSilent(8 * gigabyte, overTls: true).ShouldBe(10_000);
        var plain = new MqttBrokerOptions();
        plain.MaxSilent.ShouldBeGreaterThanOrEqualTo(new MqttBrokerOptions { CertificateFile = "server.pem" }.MaxSilent);
    }

    [Fact]
    public async Task A_name_in_a_log_line_of_a_thousand_refusals_appears_once()
    {
        await using var broker = await TestBroker.Start(time: new WatchedTime());

        for (var attempt = 0; attempt < 50; attempt++)
        {
            var client = await broker.ConnectRaw();
            await client.Send(RawClient.Connect(new string('a', 129)));
            await client.ReadToEnd();
        }

        broker.Log.Lines.Count(line => line.Level >= LogLevel.Warning).ShouldBe(1);
    }

    [Fact]
    public async Task A_hundred_wrong_passwords_are_one_line_a_minute_and_the_right_one_from_the_same_address_is_let_in()
    {
        var time = new WatchedTime();
        await using var broker = await TestBroker.Start(options => (options.Username, options.Password) = ("device", "secret"), time);

        for (var attempt = 0; attempt < 100; attempt++)
        {
            var options = broker.Options("rpi-1", options => options.WithCredentials("device", $"guess-{attempt}"));
            (await broker.Client().ConnectAsync(options, Cancelled)).ResultCode
                .ShouldBe(MqttClientConnectResultCode.BadUserNameOrPassword);
        }

        await broker.Connect("rpi-1", options => options.WithCredentials("device", "secret"));
        (await broker.Sink.Next()).ThingName.ShouldBe("rpi-1");
        time.Advance(TimeSpan.FromMinutes(1));

        broker.Log.Lines.Where(line => line.Level >= LogLevel.Warning).Select(line => line.Text).ShouldBe(
        [
            "An MQTT client without valid credentials came from 127.0.0.1. More of them are one line a minute.",
            "An MQTT client without valid credentials came 99 more times in the last minute, from 127.0.0.1 (100).",
        ]);
    }

    [Fact]
    public async Task When_too_much_waits_to_be_stored_new_things_are_not_let_in()
    {
        await using var broker = await TestBroker.Start();
        broker.Sink.Gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        for (var number = 0; number < BrokerOutbox.MaxThings; number++) broker.Outbox.Add($"thing-{number}", BrokerChange.Of(true, number));

        var client = await broker.ConnectRaw();
        await client.Send(RawClient.Connect("one-more"));

        (await client.ReadToEnd()).ShouldBe([0x20, 2, 0, 3]);
        await broker.Connect("thing-7");
    }
}
