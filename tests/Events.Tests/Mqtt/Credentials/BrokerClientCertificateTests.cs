using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using IoTOrleans.Events.Mqtt;
using IoTOrleans.Testing.Certificates;
using IoTOrleans.Testing.Mqtt;
using MQTTnet;
using MQTTnet.Adapter;
using MQTTnet.Formatter;
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
        using var ca = new BrokerCa();
        using var certificate = Load(ca.IssueClient(name, dnsName is null ? [] : [dnsName]));
        await using var broker = await Start(ca);

        var result = await broker.Client().ConnectAsync(
            broker.Options(clientId, options =>
            {
                ca.Trust(options, certificate);
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
        using var ca = new BrokerCa();
        var (file, key) = ca.IssueClient("rpi-1").Save(ca.Folder, "rpi-1");
        await using var broker = await Start(ca);

        var (exitCode, errors) = await MosquittoClient.Publish(
            broker.Port, "-i", "rpi-1", "--cafile", ca.CaFile, "--cert", file, "--key", key, "-m", "hello");

        exitCode.ShouldBe(0, errors);
    }

    [Fact]
    public async Task A_certificate_of_another_CA_is_none()
    {
        using var ca = new BrokerCa();
        using var other = new BrokerCa();
        using var certificate = Load(other.IssueClient("rpi-1"));
        await using var broker = await Start(ca);

        await Should.ThrowAsync<Exception>(() => broker.Connect("rpi-1", options => ca.Trust(options, certificate)));

        await broker.Meters.Reaches("iot_orleans.broker.refused{tls}", 1);
        broker.Sink.Taken.ShouldBeEmpty();
    }

    /// <summary>2026-01-01 is past by every clock: TLS does not ask the test's.</summary>
    [Theory]
    [InlineData("2026-01-01", null)]
    [InlineData("2036-01-01", "1.3.6.1.5.5.7.3.1")]
    public async Task A_certificate_that_has_expired_or_is_for_servers_only_is_none(string ends, string? usage)
    {
        using var ca = new BrokerCa();
        using var certificate = Load(ca.IssueClientOf("rpi-1", DateTimeOffset.Parse(ends, CultureInfo.InvariantCulture), usage));
        await using var broker = await Start(ca);

        await Should.ThrowAsync<Exception>(() => broker.Connect("rpi-1", options => ca.Trust(options, certificate)));

        await broker.Meters.Reaches("iot_orleans.broker.refused{tls}", 1);
        broker.Sink.Taken.ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_came_in_by_a_CA_that_is_removed_is_disconnected_and_the_others_stay()
    {
        using var ca = new BrokerCa();
        using var other = new BrokerCa(name: "another CA");
        using var stays = Load(ca.IssueClient("stays"));
        using var goes = Load(other.IssueClient("goes"));
        var time = new WatchedTime();
        var ours = await File.ReadAllTextAsync(ca.CaFile, Cancelled);
        await File.AppendAllTextAsync(ca.CaFile, "\n" + await File.ReadAllTextAsync(other.CaFile, Cancelled), Cancelled);
        await using var broker = await Start(ca, time);
        var remaining = await broker.Connect("stays", options => ca.Trust(options, stays));
        await broker.Connect("goes", options => ca.Trust(options, goes));
        await broker.Sink.Next();
        await broker.Sink.Next();

        await File.WriteAllTextAsync(ca.CaFile, ours, Cancelled);
        time.Advance(BrokerCredentials.LookEvery);

        var end = await broker.Sink.Next();
        (end.ThingName, end.Change.Connected, end.Change.DisconnectReason).ShouldBe(("goes", false, "AUTH_ERROR"));
        await remaining.PingAsync(Cancelled);
        await Should.ThrowAsync<Exception>(() => broker.Connect("goes", options => ca.Trust(options, goes)));
    }

    [Fact]
    public void A_CA_file_without_a_root_is_a_mistake()
    {
        using var ca = new BrokerCa();
        var (file, _) = ca.IssueClient("an intermediate").Save(ca.Folder, "intermediate");
        var options = new MqttBrokerOptions { ClientCaFile = file };
        ca.Configure(options);
        BrokerCredentials.Trouble(options).ShouldHaveSingleItem()
            .ShouldStartWith($"Events:Mqtt:Listen:ClientCaFile={file} has no root certificate");
    }

    [Fact]
    public async Task A_client_without_a_certificate_needs_a_password()
    {
        using var ca = new BrokerCa();
        await using var broker = await Start(ca);
        var result = await broker.Client().ConnectAsync(broker.Options("rpi-1", Shown), Cancelled);
        result.ResultCode.ShouldBe(MqttClientConnectResultCode.BadUserNameOrPassword);
        result.ReasonString.ShouldBe("A client certificate is required.");

        await using var both = await TestBroker.Start(options =>
        {
            ca.Configure(options);
            (options.ClientCaFile, options.Username, options.Password) = (ca.CaFile, "device", "secret");
        });
        await both.Connect("rpi-1", options =>
        {
            ca.Trust(options);
            options.WithCredentials("device", "secret");
        });
        (await both.Sink.Next()).ThingName.ShouldBe("rpi-1");

        void Shown(MqttClientOptionsBuilder options)
        {
            ca.Trust(options);
            options.WithProtocolVersion(MqttProtocolVersion.V500);
        }
    }

    private static X509Certificate2 Load(PemPair pair) => X509Certificate2.CreateFromPem(pair.Certificate, pair.Key);

    private static Task<TestBroker> Start(BrokerCa ca, TimeProvider? time = null) => TestBroker.Start(
        options =>
        {
            ca.Configure(options);
            options.ClientCaFile = ca.CaFile;
        },
        time);
}
