using System.Net;
using System.Text;
using Amazon.Runtime;
using IoTOrleans.Aws;
using IoTOrleans.Testing.Emulators;
using IoTOrleans.Testing.Http;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Aws;

public sealed class IotDataClientTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("rpi-1", null, "/things/rpi-1/shadow")]
    [InlineData("a:b_c-d", null, "/things/a%3Ab_c-d/shadow")]
    [InlineData("rpi-1", "$package", "/things/rpi-1/shadow?name=%24package")]
    public async Task The_shadow_is_fetched_with_a_signature_for_iotdata(string thing, string? shadow, string target)
    {
        await using var stub = await IotDataStub.Start();
        stub.Put(thing, """{"version":1}""", shadow);
        using var iot = ThinClients.IotData(stub.Endpoint);

        var response = await iot.GetThingShadow(new GetThingShadowRequest { ThingName = thing, ShadowName = shadow }, Cancel);

        Encoding.UTF8.GetString(response.Document.Span).ShouldBe("""{"version":1}""");
        var sent = stub.Requests.ShouldHaveSingleItem();
        (sent.Method, sent.Target).ShouldBe(("GET", target));
        var signature = SignatureV4.Read(sent).ShouldNotBeNull();
        (signature.Service, signature.Region).ShouldBe(("iotdata", "eu-west-1"));
        signature.IsValid(sent, IotDataStub.SecretKey).ShouldBeTrue();
    }

    [Fact]
    public async Task A_thing_without_a_shadow_is_not_found()
    {
        await using var stub = await IotDataStub.Start();
        using var iot = ThinClients.IotData(stub.Endpoint);

        var thrown = await Should.ThrowAsync<AmazonServiceException>(() => Get(iot));

        thrown.ErrorCode.ShouldBe("ResourceNotFoundException");
        thrown.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        thrown.Message.ShouldBe("No shadow exists with name: 'rpi-1'");
        stub.Requests.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Server_errors_and_throttling_are_tried_again()
    {
        await using var stub = await IotDataStub.Start();
        stub.Put("rpi-1", "{}");
        stub.AnswerNext(new StubAnswer(500));
        stub.AnswerNext(IotDataStub.Error(429, "ThrottlingException", "Rate exceeded"));
        using var iot = ThinClients.IotData(stub.Endpoint);

        await Get(iot);

        stub.Requests.Count.ShouldBe(3);
    }

    private static Task<GetThingShadowResponse> Get(IotDataClient iot) =>
        iot.GetThingShadow(new GetThingShadowRequest { ThingName = "rpi-1" }, Cancel);
}
