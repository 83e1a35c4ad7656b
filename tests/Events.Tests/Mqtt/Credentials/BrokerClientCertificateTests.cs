using System.Globalization;
using MQTTnet;
using MQTTnet.Adapter;
using MQTTnet.Formatter;
using IoTOrleans.Events.Mqtt;
using IoTOrleans.Testing.Mqtt;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Mqtt;

public sealed class BrokerClientCertificateTests
{
    private const MqttClientConnectResultCode Granted = MqttClientConnectResultCode.Success;
    private const MqttClientConnectResultCode NotAuthorized = MqttClientConnectResultCode.NotAuthorized;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("rpi-1", null, "rpi-1", Granted)]
    [InlineData("rpi-1", null, "rpi-2", NotAuthorized)]
    [InlineData("rpi-1", null, "rpi-10", NotAuthorized)]
    [InlineData("site-7-*", null, "site-7-door", Granted)]
    [InlineData("site-7-*", null, "site-8-door", NotAuthorized)]
    [InlineData("some device", "rpi-1.example", "rpi-1.example", Granted)]
    [InlineData("rpi-1", null, "", Granted)]
    public async Task A_certificate_names_the_thing_that_it_is_for(
        string name, string? dnsName, string clientId, MqttClientConnectResultCode expected)
    {
        using var authority = TestAuthority.WithServer();
        using var certificate = authority.IssueClient(name, dnsName is null ? [] : [dnsName]);
        await using var broker = await Start(authority);

        var result = await broker.Client().ConnectAsync(
            broker.Options(clientId, options =>
            {
                authority.Trust(options, certificate);
                options.WithProtocolVersion(MqttProtocolVersion.V500);
            }),
            Cancelled);

        result.ResultCode.ShouldBe(expected, result.ReasonString);
        await broker.Stop();
        broker.Sink.Taken.Count.ShouldBe(expected == Granted && clientId.Length > 0 ? 1 : 0);
    }

    [Fact]
    public async Task Mosquitto_shows_its_certificate()
    {
        using var authority = TestAuthority.WithServer();
        using var certificate = authority.IssueClient("rpi-1");
        var (file, key) = authority.Save(certificate, "rpi-1");
        await using var broker = await Start(authority);

        var (exitCode, errors) = await MosquittoClient.Publish(
            broker.Port, "-i", "rpi-1", "--cafile", authority.CaFile, "--cert", file, "--key", key, "-m", "hello");

        exitCode.ShouldBe(0, errors);
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_none()
    {
        using var authority = TestAuthority.WithServer();
        using var other = new TestAuthority();
        using var certificate = other.IssueClient("rpi-1");
        await using var broker = await Start(authority);

        await Should.ThrowAsync<Exception>(() => broker.Connect("rpi-1", options => authority.Trust(options, certificate)));

        await broker.Meters.Reaches("iot_orleans.broker.refused{tls}", 1);
        broker.Sink.Taken.ShouldBeEmpty();
    }

    /// <summary>2026-01-01 is past by every clock: TLS does not ask the test's.</summary>
    [Theory]
    [InlineData("2026-01-01", null)]
    [InlineData("2036-01-01", "1.3.6.1.5.5.7.3.1")]
    public async Task A_certificate_that_has_expired_or_is_for_servers_only_is_none(string ends, string? usage)
    {
        using var authority = TestAuthority.WithServer();
        using var certificate = authority.IssueClient("rpi-1", DateTimeOffset.Parse(ends, CultureInfo.InvariantCulture), usage);
        await using var broker = await Start(authority);

        await Should.ThrowAsync<Exception>(() => broker.Connect("rpi-1", options => authority.Trust(options, certificate)));

        await broker.Meters.Reaches("iot_orleans.broker.refused{tls}", 1);
        broker.Sink.Taken.ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_came_in_by_a_CA_that_is_removed_is_disconnected_and_the_others_stay()
    {
        using var authority = TestAuthority.WithServer();
        using var other = new TestAuthority("another authority");
        using var stays = authority.IssueClient("stays");
        using var goes = other.IssueClient("goes");
        var time = new WatchedTime();
        var ours = await File.ReadAllTextAsync(authority.CaFile, Cancelled);
        await File.AppendAllTextAsync(authority.CaFile, "\n" + await File.ReadAllTextAsync(other.CaFile, Cancelled), Cancelled);
        await using var broker = await Start(authority, time);
        var remaining = await broker.Connect("stays", options => authority.Trust(options, stays));
        await broker.Connect("goes", options => authority.Trust(options, goes));
        await broker.Sink.Next();
        await broker.Sink.Next();

        await File.WriteAllTextAsync(authority.CaFile, ours, Cancelled);
        time.Advance(BrokerCredentials.LookEvery);

        var end = await broker.Sink.Next();
        (end.ThingName, end.Change.Connected, end.Change.DisconnectReason).ShouldBe(("goes", false, "AUTH_ERROR"));
        await remaining.PingAsync(Cancelled);
        await Should.ThrowAsync<Exception>(() => broker.Connect("goes", options => authority.Trust(options, goes)));
    }

    [Fact]
    public void A_CA_file_without_a_root_is_a_mistake()
    {
        using var authority = TestAuthority.WithServer();
        using var intermediate = authority.IssueClient("an intermediate");
        var (file, _) = authority.Save(intermediate, "intermediate");
        var options = new MqttBrokerOptions { ClientCaFile = file };
        authority.Configure(options);
        BrokerCredentials.Trouble(options).ShouldHaveSingleItem()
            .ShouldStartWith($"Events:Mqtt:Listen:ClientCaFile={file} has no root certificate");
    }

    [Fact]
    public async Task A_client_without_a_certificate_needs_a_password()
    {
        using var authority = TestAuthority.WithServer();
        await using var broker = await Start(authority);
        var result = await broker.Client().ConnectAsync(broker.Options("rpi-1", Shown), Cancelled);
        result.ResultCode.ShouldBe(MqttClientConnectResultCode.BadUserNameOrPassword);
        result.ReasonString.ShouldBe("A client certificate is required.");

        await using var both = await TestBroker.Start(options =>
        {
            authority.Configure(options);
            (options.ClientCaFile, options.Username, options.Password) = (authority.CaFile, "device", "secret");
        });
        await both.Connect("rpi-1", options =>
        {
            authority.Trust(options);
            options.WithCredentials("device", "secret");
        });
        (await both.Sink.Next()).ThingName.ShouldBe("rpi-1");

        void Shown(MqttClientOptionsBuilder options)
        {
            authority.Trust(options);
            options.WithProtocolVersion(MqttProtocolVersion.V500);
        }
    }

    private static Task<TestBroker> Start(TestAuthority authority, TimeProvider? time = null) => TestBroker.Start(
        options =>
        {
            authority.Configure(options);
            options.ClientCaFile = authority.CaFile;
        },
        time);
}
