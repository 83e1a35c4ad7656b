using System.Net;
using System.Text.Json;
using IoTOrleans.Settings;
using IoTOrleans.Silo.Hosting.Starting;
using IoTOrleans.Testing.Http;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Hosting;

public sealed class EcsTaskTests
{
    /// <summary>What the endpoint says about a container on Fargate, as in AWS's documentation of it.</summary>
    internal static string OnFargate(string address) => $$"""
        {
          "DockerId": "cd189a933e5849daa93386466019ab50-2495160603",
          "Name": "silo",
          "DesiredStatus": "RUNNING",
          "KnownStatus": "RUNNING",
          "Limits": { "CPU": 10, "Memory": 128 },
          "Type": "NORMAL",
          "Networks": [
            {
              "NetworkMode": "awsvpc",
              "IPv4Addresses": [ "{{address}}" ],
              "AttachmentIndex": 0,
              "MACAddress": "0a:de:f6:10:51:e5",
              "IPv4SubnetCIDRBlock": "192.0.2.0/24",
              "DomainNameServers": [ "192.0.2.2" ],
              "DomainNameSearchList": [ "us-west-2.compute.internal" ],
              "PrivateDNSName": "ip-192-0-2-3.us-west-2.compute.internal",
              "SubnetGatewayIpv4Address": "192.0.2.0/24"
            }
          ],
          "Snapshotter": "overlayfs"
        }
        """;

    [Fact]
    public void The_address_is_that_of_the_task() => EcsTask.AddressIn(OnFargate("192.0.2.3")).ShouldBe(IPAddress.Parse("192.0.2.3"));

    [Fact]
    public void With_both_families_it_is_the_IPv4_address() => EcsTask.AddressIn(
        """{"Networks":[{"NetworkMode":"awsvpc","IPv4Addresses":["192.0.2.3"],"IPv6Addresses":["2001:db8::1"]}]}""")
        .ShouldBe(IPAddress.Parse("192.0.2.3"));

    [Theory]
    [InlineData("""{"Networks":[{"NetworkMode":"awsvpc","IPv4Addresses":[],"IPv6Addresses":["2001:db8::1"]}]}""", "it has IPv6")]
    [InlineData("""{"Networks":[{"NetworkMode":"host","IPv4Addresses":[""]}]}""", "in the network mode host it has none")]
    [InlineData("""{"Networks":[{"NetworkMode":"bridge","IPv4Addresses":["172.17.0.2"]}]}""", "in the network mode bridge it has none")]
    public void What_will_not_change_is_said_at_once(string metadata, string says) =>
        Should.Throw<StartupException>(() => EcsTask.AddressIn(metadata)).Message.ShouldContain(says);

    [Theory]
    [InlineData("null")]
    [InlineData("""{"Networks":[]}""")]
    [InlineData("""{"Networks":[null]}""")]
    [InlineData("""{"Networks":[{"NetworkMode":"awsvpc"}]}""")]
    [InlineData("""{"Networks":[{"NetworkMode":"awsvpc","IPv4Addresses":[null]}]}""")]
    [InlineData("""{"Networks":[{"NetworkMode":"awsvpc","IPv4Addresses":["here"]}]}""")]
    [InlineData("""{"Networks":[{"NetworkMode":"awsvpc","IPv4Addresses":["2001:db8::1"]}]}""")]
    [InlineData("""{"Networks":{"NetworkMode":"awsvpc"}}""")]
    public void What_may_be_there_soon_is_no_address_yet(string metadata) =>
        Should.Throw<JsonException>(() => EcsTask.AddressIn(metadata));

    [Fact]
    public async Task An_endpoint_that_is_not_ready_yet_is_asked_again()
    {
        await using var metadata = await HttpStub.Start(
            new StubAnswer(500), StubAnswer.Json(200, "{}"), StubAnswer.Json(200, OnFargate("192.0.2.3")));
        (await EcsTask.Ask(metadata.Address.ToString(), new NoPause())).ShouldBe(IPAddress.Parse("192.0.2.3"));
    }

    [Fact]
    public async Task It_is_asked_three_times()
    {
        await using var metadata = await HttpStub.Start(new StubAnswer(500));
        await Should.ThrowAsync<StartupException>(() => EcsTask.Ask(metadata.Address.ToString(), new NoPause()));
        metadata.Requests.Count.ShouldBe(3);
    }

    [Fact]
    public async Task An_endpoint_that_is_no_address_is_said()
    {
        var exception = await Should.ThrowAsync<StartupException>(() => EcsTask.Ask("169.254.170.2", new NoPause()));
        exception.Message.ShouldStartWith("The address of this ECS task is not known: 169.254.170.2 does not say it (Invalid URI");
    }

    /// <summary>Every delay is over at once.</summary>
    private sealed class NoPause : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
