using System.Net;
using System.Net.Sockets;
using IoTOrleans.Silo.Tests.Hosting;
using IoTOrleans.Testing.Emulators;
using IoTOrleans.Testing.Http;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd.Deployment;

/// <summary>A silo in an ECS task advertises the address that the task's metadata endpoint names.</summary>
public sealed class EcsTests
{
    private const string Advertised = "Orleans:Endpoints:AdvertisedIPAddress";
    private const string Endpoint = "ECS_CONTAINER_METADATA_URI_V4";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_listens_where_the_metadata_says()
    {
        await using var metadata = await HttpStub.Start(StubAnswer.Json(200, EcsTaskTests.OnFargate("127.0.0.7")));
        await using var silo = await SiloProcess.Start(await InTask(metadata, advertised: ""));

        (await Connects("127.0.0.7", silo.SiloPort)).ShouldBeTrue(silo.AllOutput);
        (await Connects("127.0.0.1", silo.SiloPort)).ShouldBeFalse(silo.AllOutput);
        metadata.Requests.ShouldHaveSingleItem().Target.ShouldBe("/v4/cd189a93-2495160603");
    }

    [Fact]
    public async Task An_address_that_is_set_wins()
    {
        await using var metadata = await HttpStub.Start(StubAnswer.Json(200, EcsTaskTests.OnFargate("127.0.0.7")));
        await using var silo = await SiloProcess.Start(await InTask(metadata, advertised: "127.0.0.8"));

        (await Connects("127.0.0.8", silo.SiloPort)).ShouldBeTrue(silo.AllOutput);
        metadata.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_silo_that_is_alone_needs_no_address()
    {
        await using var metadata = await HttpStub.Start(new StubAnswer(500));
        await using var silo = await SiloProcess.Start((Endpoint, Address(metadata)));
        metadata.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_endpoint_that_is_silent_is_one_line()
    {
        await using var metadata = await HttpStub.StartSilent();
        await Refuses(metadata, $"{Address(metadata)} does not say it (no answer within 2 s). Set {Advertised} to the address");
    }

    [Theory]
    [InlineData(404, "", "(Response status code does not indicate success: 404 (Not Found)). Set")]
    [InlineData(200, "<html>", "does not say it ('<' is an invalid start of a value")]
    [InlineData(200, "{}", "does not say it (the answer has no Networks). Set")]
    [InlineData(200, """{"Networks":[{"NetworkMode":"bridge","IPv4Addresses":["172.17.0.2"]}]}""", "Use the mode awsvpc, or set")]
    [InlineData(200, """{"Networks":[{"NetworkMode":"awsvpc","IPv6Addresses":["2001:db8::1"]}]}""", "it has IPv6 addresses only")]
    public async Task An_answer_without_an_address_is_one_line(int status, string body, string says)
    {
        await using var metadata = await HttpStub.Start(StubAnswer.Json(status, body));
        await Refuses(metadata, says);
    }

    private static async Task Refuses(HttpStub metadata, string says)
    {
        var (exitCode, output) = await SiloProcess.Fail(
            ("Storage:Provider", "DynamoDB"), ("Events:Mqtt:Listen:Port", "0"), (Endpoint, Address(metadata)));
        exitCode.ShouldBe(1, output);
        output.Trim().Split('\n').Length.ShouldBe(1, output);
        output.ShouldStartWith("The address of this ECS task is not known: ");
        output.ShouldContain(says);
        output.ShouldContain($"et {Advertised} to the address at which the other tasks reach this one.");
    }

    private static async Task<(string, string)[]> InTask(HttpStub metadata, string advertised) =>
    [
        .. ClusterTests.Storage(await DynamoDBLocal.Get(), Fauxqs.NewName()), (Endpoint, Address(metadata)), (Advertised, advertised),
    ];

    private static string Address(HttpStub metadata) => new Uri(metadata.Address, "/v4/cd189a93-2495160603").ToString();

    private static async Task<bool> Connects(string address, int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Parse(address), port, Cancel);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
