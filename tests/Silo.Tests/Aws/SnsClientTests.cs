using System.Net;
using Amazon.Runtime;
using IoTOrleans.Aws;
using IoTOrleans.Testing.Emulators;
using IoTOrleans.Testing.Http;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Aws;

public sealed class SnsClientTests
{
    private static readonly StubAnswer Published = StubAnswer.Xml(200, """
        <PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">
          <PublishResult><MessageId>94f20ce6-13c5-43a0-9a9e-ca52d816e90b</MessageId></PublishResult>
          <ResponseMetadata><RequestId>f187a3c1-376f-11df-8963-01868b7c937a</RequestId></ResponseMetadata>
        </PublishResponse>
        """);

    private static readonly SnsPublishRequest Request = new()
    {
        TopicArn = "arn:aws:sns:eu-west-1:123456789012:ops",
        Subject = "【オフライン】温室 +1&=%",
        Message = "line 1\nline 2 ~ 日本語",
        MessageStructure = "json",
        MessageGroupId = "g",
        MessageDeduplicationId = "d",
        StringAttributes = [new("event", "device.offline"), new("thingName", "rpi 1")],
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_field_arrives_in_the_form_and_the_signature_is_valid_for_sns()
    {
        await using var stub = await HttpStub.Start(Published);
        using var sns = ThinClients.Sns(stub.Address);

        var response = await sns.Publish(Request, Cancel);

        response.MessageId.ShouldBe("94f20ce6-13c5-43a0-9a9e-ca52d816e90b");
        var sent = stub.Requests.ShouldHaveSingleItem();
        (sent.Method, sent.Target).ShouldBe(("POST", "/"));
        sent.Headers["Content-Type"].ShouldStartWith("application/x-www-form-urlencoded");
        sent.Form().ShouldBe(new Dictionary<string, string>
        {
            ["Action"] = "Publish",
            ["Version"] = "2010-03-31",
            ["TopicArn"] = Request.TopicArn,
            ["Subject"] = Request.Subject!,
            ["Message"] = Request.Message,
            ["MessageStructure"] = "json",
            ["MessageGroupId"] = "g",
            ["MessageDeduplicationId"] = "d",
            ["MessageAttributes.entry.1.Name"] = "event",
            ["MessageAttributes.entry.1.Value.DataType"] = "String",
            ["MessageAttributes.entry.1.Value.StringValue"] = "device.offline",
            ["MessageAttributes.entry.2.Name"] = "thingName",
            ["MessageAttributes.entry.2.Value.DataType"] = "String",
            ["MessageAttributes.entry.2.Value.StringValue"] = "rpi 1",
        }, ignoreOrder: true);
        var signature = SignatureV4.Read(sent).ShouldNotBeNull();
        (signature.Service, signature.Region, signature.AccessKey).ShouldBe(("sns", "eu-west-1", IotDataStub.AccessKey));
        signature.IsValid(sent, IotDataStub.SecretKey).ShouldBeTrue();
        signature.IsValid(sent, "another secret").ShouldBeFalse();
    }

    [Fact]
    public async Task What_is_not_given_is_not_sent()
    {
        await using var stub = await HttpStub.Start(Published);
        using var sns = ThinClients.Sns(stub.Address);

        await sns.Publish(new SnsPublishRequest { TopicArn = "arn", Message = "m" }, Cancel);

        stub.Requests[0].Form().Keys.ShouldBe(["Action", "Version", "TopicArn", "Message"], ignoreOrder: true);
    }

    [Fact]
    public async Task Two_server_errors_are_tried_again()
    {
        await using var stub = await HttpStub.Start(new StubAnswer(500), new StubAnswer(500), Published);
        using var sns = ThinClients.Sns(stub.Address);

        (await sns.Publish(Request, Cancel)).MessageId.ShouldNotBeNull();

        stub.Requests.Count.ShouldBe(3);
        stub.Requests.ShouldAllBe(request => SignatureV4.Read(request)!.IsValid(request, IotDataStub.SecretKey));
    }

    [Fact]
    public async Task A_refusal_carries_the_code_and_the_words_of_sns_and_is_not_tried_again()
    {
        await using var stub = await HttpStub.Start(StubAnswer.Xml(403, """
            <ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">
              <Error><Type>Sender</Type><Code>AuthorizationError</Code><Message>User is not authorized to perform: SNS:Publish</Message></Error>
              <RequestId>9a1b</RequestId>
            </ErrorResponse>
            """));
        using var sns = ThinClients.Sns(stub.Address);

        var thrown = await Should.ThrowAsync<AmazonServiceException>(() => sns.Publish(Request, Cancel));

        thrown.ErrorCode.ShouldBe("AuthorizationError");
        thrown.Message.ShouldBe("User is not authorized to perform: SNS:Publish");
        thrown.RequestId.ShouldBe("9a1b");
        thrown.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        AwsFaults.Of(thrown).ShouldBe(AwsFault.Denied);
        stub.Requests.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task An_answer_that_is_not_of_sns_is_judged_by_its_status()
    {
        await using var stub = await HttpStub.Start(new StubAnswer(404, "<html>Not here<br>", "text/html"));
        using var sns = ThinClients.Sns(stub.Address);

        var thrown = await Should.ThrowAsync<AmazonServiceException>(() => sns.Publish(Request, Cancel));

        AwsFaults.Of(thrown).ShouldBe(AwsFault.NotFound);
    }

    [Fact]
    public async Task Silence_ends_with_the_time_out_of_each_attempt()
    {
        await using var stub = await HttpStub.StartSilent();
        using var sns = ThinClients.Sns(stub.Address, timeout: TimeSpan.FromMilliseconds(200));

        var thrown = await Should.ThrowAsync<Exception>(() => sns.Publish(Request, Cancel));

        AwsFaults.Of(thrown).ShouldBe(AwsFault.Passing);
        stub.Requests.Count.ShouldBeGreaterThan(1);
    }
}
