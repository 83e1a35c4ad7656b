using System.Net;
using System.Net.Sockets;
using CsCheck;
using IoTOrleans.Silo.Api.Access;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Api.Access;

/// <summary>What is shown works from another machine, and what works from another machine is let in.</summary>
public sealed class OwnAddressesTests
{
    private static readonly IPAddress[] Own = [.. new[] { "192.168.1.5", "10.0.0.7", "fd00::5" }.Select(IPAddress.Parse)];

    private static readonly string[] Everywhere = ["0.0.0.0", "[::]", "*", "+"];

    private static readonly Gen<IPAddress> Addresses = Gen.OneOf(
        Gen.Byte.Array[4].Select(bytes => new IPAddress(bytes)), Gen.Byte.Array[16].Select(bytes => new IPAddress(bytes)));

    [Theory]
    [InlineData("http://127.0.0.1:8080", "http://127.0.0.1:8080")]
    [InlineData("http://localhost:8080", "http://localhost:8080")]
    [InlineData("http://unix:/run/x.sock", "http://unix:/run/x.sock")]
    [InlineData("http://192.168.1.5:8080", "http://192.168.1.5:8080")]
    [InlineData("http://0.0.0.0:8080", "http://192.168.1.5:8080 http://10.0.0.7:8080")]
    [InlineData("http://[::]:8080", "http://192.168.1.5:8080 http://10.0.0.7:8080 http://[fd00::5]:8080")]
    [InlineData("https://*:8443", "https://192.168.1.5:8443 https://10.0.0.7:8443 https://[fd00::5]:8443")]
    [InlineData("http://+:80", "http://192.168.1.5:80 http://10.0.0.7:80 http://[fd00::5]:80")]
    [InlineData("http://some-name:80", "http://192.168.1.5:80 http://10.0.0.7:80 http://[fd00::5]:80")]
    [InlineData("http://127.0.0.1:1;http://0.0.0.0:2", "http://192.168.1.5:2 http://10.0.0.7:2")]
    [InlineData("http://127.0.0.1:1;http://[::1]:1", "http://127.0.0.1:1 http://[::1]:1")]
    [InlineData("http://*:1;https://*:2", "http://192.168.1.5:1 http://10.0.0.7:1 http://[fd00::5]:1 https://192.168.1.5:2")]
    public void Shown_are_addresses_that_work_from_elsewhere(string listening, string shown) =>
        ListenAddresses.ToShow(listening.Split(';'), Own).ShouldBe(shown.Split(' '));

    [Fact]
    public void Without_a_network_loopback_is_shown() =>
        ListenAddresses.ToShow(["http://*:8080", "http://0.0.0.0:8080"], []).ShouldBe(["http://127.0.0.1:8080"]);

    [Fact]
    public void Whatever_this_machine_has_no_address_is_shown_that_nobody_can_open() =>
        Gen.Select(Addresses.List[0, 6], Gen.Int[0, 3].Select(n => Everywhere[n])).Sample((found, host) =>
        {
            var usable = OwnAddresses.Usable(found.Append(IPAddress.Parse("fe80::1")).Append(IPAddress.Any).Select(ip => (ip, false)));
            var shown = ListenAddresses.ToShow([$"http://{host}:8080"], usable);
            shown.Count.ShouldBeInRange(1, 4);
            foreach (var url in shown) (url.Contains("0.0.0.0", StringComparison.Ordinal)
                || url.Contains("[::]", StringComparison.Ordinal) || url.Contains("[fe80", StringComparison.Ordinal)).ShouldBeFalse(url);
        });

    [Fact]
    public void The_first_is_an_ipv4_address_of_a_network_with_a_gateway() => OwnAddresses.Usable(
    [
        (IPAddress.Parse("fd00::5"), true), (IPAddress.Parse("172.17.0.1"), false), (IPAddress.Parse("192.168.1.5"), true),
        (IPAddress.Parse("169.254.3.4"), true), (IPAddress.Parse("fe80::5%2"), true), (IPAddress.Parse("127.0.0.2"), false),
        (IPAddress.Parse("192.168.1.5"), true), (IPAddress.Parse("fd01::5"), false),
    ]).Select(ip => ip.ToString()).ShouldBe(["192.168.1.5", "172.17.0.1", "fd00::5", "fd01::5"]);

    [Fact]
    public void This_machine_is_asked_for_its_own()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            // Nothing is sent: the system only says from which address it would.
            socket.Connect(IPAddress.Parse("198.51.100.1"), 9);
        }
        catch (SocketException)
        {
            OwnAddresses.Find().ShouldBeEmpty("there is no way out of this machine");
            return;
        }

        OwnAddresses.Find().ShouldContain(((IPEndPoint)socket.LocalEndPoint!).Address);
    }

    [Theory]
    [InlineData("192.168.1.5", "192.168.1.5", true)]
    [InlineData("192.168.1.5", "::ffff:192.168.1.5", true)]
    [InlineData("[fd00::5]", "fd00::5", true)]
    [InlineData("[FD00:0:0::5]", "fd00::5", true)]
    [InlineData("[fe80::5]", "fe80::5%2", true)]
    [InlineData("192.168.1.6", "192.168.1.5", false)]
    [InlineData("192.168.1.5.nip.io", "192.168.1.5", false)]
    [InlineData("192.168.1.5.", "192.168.1.5", false)]
    [InlineData("3232235781", "192.168.1.5", false)]
    [InlineData("0xc0.168.1.5", "192.168.1.5", false)]
    [InlineData("fd00::5", "fd00::5", false)]
    [InlineData("[::ffff:192.168.1.5]", "192.168.1.5", false)]
    [InlineData("[192.168.1.5]", "192.168.1.5", false)]
    [InlineData("[]", "fd00::5", false)]
    [InlineData("", "192.168.1.5", false)]
    [InlineData("raspberrypi.local", "192.168.1.5", false)]
    [InlineData("192.168.1.5", null, false)]
    public void A_host_header_may_be_the_address_of_its_connection_and_nothing_like_it(string host, string? local, bool isIt) =>
        HostHeader.IsAddressOf(host, local is null ? null : IPAddress.Parse(local)).ShouldBe(isIt);

    [Fact]
    public void No_host_header_is_two_addresses() => Gen.Select(Addresses, Addresses).Sample((one, other) =>
    {
        var host = new IPEndPoint(one, 80).ToString()[..^3];
        HostHeader.IsAddressOf(host, one.IsIPv4MappedToIPv6 ? null : one).ShouldBe(!one.IsIPv4MappedToIPv6);
        HostHeader.IsAddressOf(host, other).ShouldBe(one.Equals(other));
    });
}
