using System.Net;
using System.Net.Sockets;
using IoTOrleans.Events.Mqtt;
using IoTOrleans.Settings;
using IoTOrleans.Testing.Mqtt;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Mqtt;

public sealed class BrokerStartupTests
{
    [Fact]
    public async Task A_port_that_is_taken_is_named_with_the_remedy()
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        other.Listen();
        var port = ((IPEndPoint)other.LocalEndPoint!).Port;

        var line = await Failure(options => options.Port = port);
        line.ShouldStartWith($"Events:Mqtt:Listen:Port={port}: the port is taken by ");
        line.ShouldEndWith("Stop it, or set Events:Mqtt:Listen:Port to a free port from 1024 up, or to 0 for no MQTT broker.");
    }

    [Theory]
    [InlineData("192.0.2.1", "is not an address of this machine")]
    [InlineData("mqtt.example.com", "say an IP address of this machine")]
    [InlineData("", "say an IP address of this machine")]
    public async Task An_address_that_is_not_ours_is_named_with_the_remedy(string address, string expected)
    {
        var message = await Failure(options => (options.Address, options.Username, options.Password) = (address, "device", "secret-1"));

        message.ShouldStartWith($"Events:Mqtt:Listen:Address={address}");
        message.ShouldContain(expected);
        message.ShouldContain("127.0.0.1");
    }

    [Fact]
    public async Task A_port_that_needs_a_privilege_is_named_with_the_remedy()
    {
        Assert.SkipWhen(MayBind(81), "This user may open ports below 1024.");

        (await Failure(options => options.Port = 81)).ShouldContain("Events:Mqtt:Listen:Port=81: this user may not open");
    }

    [Fact]
    public async Task A_number_that_is_no_port_is_named() =>
        (await Failure(options => options.Port = 65536)).ShouldStartWith("Events:Mqtt:Listen:Port=65536 is not a port");

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("192.0.2.1")]
    public async Task Beyond_loopback_there_must_be_a_password(string address) =>
        (await Failure(options => options.Address = address)).ShouldBe(
            $"Events:Mqtt:Listen:Address={address} can be reached from other machines: set Events:Mqtt:Listen:Username and "
            + "Events:Mqtt:Listen:Password too, or Events:Mqtt:Listen:UsersFile, or Events:Mqtt:Listen:ClientCaFile.");

    [Theory]
    [InlineData("0.0.0.0", "1", 1)]
    [InlineData("0.0.0.0", "1234567", 7)]
    [InlineData("::", "1234567", 7)]
    [InlineData("0.0.0.0", "12345678", null)]
    [InlineData("127.0.0.1", "1", null)]
    [InlineData("::ffff:127.0.0.1", "1", null)]
    public void Beyond_loopback_a_shared_password_has_8_characters(string address, string password, int? characters)
    {
        var options = new MqttBrokerOptions { Address = address, Username = "device", Password = password };
        options.Trouble().ShouldBe(characters is null ? [] :
        [
            $"Events:Mqtt:Listen:Password has {characters} characters, and needs 8 at least, because Events:Mqtt:Listen:Address={address} "
                + "can be reached from other machines: choose a longer one.",
        ]);
    }

    [Fact]
    public void All_that_is_wrong_is_named_at_once() =>
        new MqttBrokerOptions { Address = "0.0.0.0", Port = 65536, KeyFile = "a", ClientCaFile = "b", Username = "device" }
            .Trouble().Count().ShouldBe(4);

    [Fact]
    public async Task A_user_name_without_a_password_is_a_mistake()
    {
        (await Failure(options => options.Username = "device")).ShouldContain("Events:Mqtt:Listen:Password");
        (await Failure(options => options.Password = "secret")).ShouldBe(
            "Events:Mqtt:Listen:Password is set without Events:Mqtt:Listen:Username: set both, or neither.");
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    public async Task It_listens_where_it_is_told_to(string address)
    {
        var beyond = address == "0.0.0.0" ? "secret-1" : null;
        await using var broker = await TestBroker.Start(
            options => (options.Address, options.Username, options.Password) = (address, beyond, beyond));

        var client = await broker.ConnectRaw();
        await client.Send(RawClient.Connect("rpi-1"));

        (await client.Read(4))[3].ShouldBe(beyond is null ? (byte)0 : (byte)4);
    }

    [Fact]
    public async Task Its_clock_tells_the_number_and_the_time_of_the_start()
    {
        var time = new WatchedTime();
        await using var broker = TestBroker.Create(time: time, start: 12);
        broker.Clock.Current.ShouldBeNull();

        await broker.Broker.StartAsync(TestContext.Current.CancellationToken);

        broker.Clock.Current.ShouldBe(new(12, time.GetUtcNow()));
    }

    private static async Task<string> Failure(Action<MqttBrokerOptions> configure)
    {
        await using var broker = TestBroker.Create(configure);
        return (await Should.ThrowAsync<StartupException>(() => broker.Broker.StartAsync(CancellationToken.None))).Message;
    }

    private static bool MayBind(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AccessDenied)
        {
            return false;
        }
    }
}
