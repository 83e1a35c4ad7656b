using System.Security.Cryptography.X509Certificates;
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

    private static Task<TestBroker> Start(BrokerCa ca) => TestBroker.Start(options =>
    {
        ca.Configure(options);
        options.ClientCaFile = ca.CaFile;
    });
}
