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

        var response = await iot.Get(new GetThingShadowRequest { ThingName = thing, ShadowName = shadow }, Cancel);

        Encoding.UTF8.GetString(response.Document.Span).ShouldBe("""{"version":1}""");
        var sent = stub.Requests.ShouldHaveSingleItem();
        (sent.Method, sent.Target).ShouldBe(("GET", target));
        var signature = SignatureV4.Read(sent).ShouldNotBeNull();
        (signature.Service, signature.Region).ShouldBe(("iotdata", "eu-west-1"));
        signature.IsValid(sent, IotDataStub.SecretKey).ShouldBeTrue();
    }

    [Theory]
    [InlineData("rpi-1", "/connections/rpi-1")]
    [InlineData("a/b", "/connections/a%2Fb")]
    [InlineData("a/../b", "/connections/a%2F..%2Fb")]
    [InlineData("...", "/connections/...")]
    [InlineData("100%", "/connections/100%25")]
    [InlineData("%2e%2e", "/connections/%252e%252e")]
    [InlineData("a b+c?d=e&f#g", "/connections/a%20b%2Bc%3Fd%3De%26f%23g")]
    [InlineData("温室-3", "/connections/%E6%B8%A9%E5%AE%A4-3")]
    [InlineData("🌱~_.-", "/connections/%F0%9F%8C%B1~_.-")]
    [InlineData("a$b:c;d,e'f(g)*!@[]\\\"", "/connections/a%24b%3Ac%3Bd%2Ce%27f%28g%29%2A%21%40%5B%5D%5C%22")]
    public async Task A_connection_is_fetched_by_any_client_id_with_a_signature_for_what_is_sent(string client, string target)
    {
        await using var stub = await IotDataStub.Start();
        stub.PutConnection(client, """{"connected":true}""");
        using var iot = ThinClients.IotData(stub.Endpoint);

        var response = await iot.Get(new GetConnectionRequest { ClientId = client }, Cancel);

        Encoding.UTF8.GetString(response.Document.Span).ShouldBe("""{"connected":true}""");
        var sent = stub.Requests.ShouldHaveSingleItem();
        (sent.Method, sent.Target).ShouldBe(("GET", target));
        var signature = SignatureV4.Read(sent).ShouldNotBeNull();
        (signature.Service, signature.Region).ShouldBe(("iotdata", "eu-west-1"));
        signature.IsValid(sent, IotDataStub.SecretKey).ShouldBeTrue();
    }

    [Fact]
    public async Task An_answer_that_is_not_of_AWS_is_judged_by_its_status()
    {
        await using var proxy = await HttpStub.Start(new StubAnswer(404, "<html>Not here<br>", "text/html"));
        using var iot = ThinClients.IotData(proxy.Address);

        var thrown = await Should.ThrowAsync<AmazonServiceException>(
            () => iot.Get(new GetConnectionRequest { ClientId = "rpi-1" }, Cancel));

        thrown.StatusCode.ShouldBe(HttpStatusCode.NotFound);
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

    private static Task<IotDataResponse> Get(IotDataClient iot) =>
        iot.Get(new GetThingShadowRequest { ThingName = "rpi-1" }, Cancel);
}
