using System.Net;
using System.Net.Sockets;
using CsCheck;
using IoTOrleans.Events.Machine;
using Shouldly;
using Xunit;

namespace IoTOrleans.Events.Tests.Machine;

public sealed class ClientAddressTests
{
    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7")]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("::1", "::1")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:2::9", "2001:db8:1:2::/64")]
    [InlineData("fe80::1%3", "fe80::/64")]
    public void It_is_an_IPv4_address_or_an_IPv6_network(string address, string written) =>
        ClientAddress.Of(IPAddress.Parse(address)).ToString().ShouldBe(written);

    [Fact]
    public void A_Unix_socket_and_an_unknown_client_have_none()
    {
        ClientAddress.Of((IPAddress?)null).ToString().ShouldBe("a Unix socket");
        ClientAddress.Of(new UnixDomainSocketEndPoint("/run/x.sock")).ToString().ShouldBe("a Unix socket");
        ClientAddress.Of((EndPoint?)null).ToString().ShouldBe("an unknown address");
    }

    [Fact]
    public void Two_addresses_are_one_if_and_only_if_their_first_64_bits_are_or_all_of_an_IPv4_address() =>
        Gen.Select(Gen.Byte.Array[16], Gen.Byte.Array[16], Gen.Int[0, 16], Gen.Bool).Sample((one, other, common, isV4) =>
        {
            one[0] = 0x20;
            one.AsSpan(0, common).CopyTo(other);
            if (isV4) (one, other) = (one[..4], other[..4]);
            var network = isV4 ? 4 : 8;
            return one.AsSpan(0, network).SequenceEqual(other.AsSpan(0, network))
                == (ClientAddress.Of(new IPAddress(one)) == ClientAddress.Of(new IPAddress(other)));
        });
}
