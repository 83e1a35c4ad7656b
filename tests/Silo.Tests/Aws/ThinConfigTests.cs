using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using IoTOrleans.Aws;
using IoTOrleans.Settings;
using IoTOrleans.Testing.Http;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Aws;

/// <summary>Where the clients go, by the SDK's own conventions.</summary>
[Collection(nameof(AloneWithTheEnvironment))]
public sealed class ThinConfigTests
{
    private static readonly (string, string) Region = ("AWS_REGION", "ap-northeast-1");

    [Fact]
    public void Without_an_override_they_go_to_the_endpoints_of_the_region()
    {
        AwsEnvironment.With([Region], () => Address(new SnsConfig())).ShouldBe("https://sns.ap-northeast-1.amazonaws.com/");
        AwsEnvironment.With([Region], () => Address(new IotDataConfig())).ShouldBe("https://data-ats.iot.ap-northeast-1.amazonaws.com/");
    }

    [Fact]
    public void Another_partition_has_its_own_domain() =>
        AwsEnvironment.With([("AWS_REGION", "cn-north-1")], () => Address(new SnsConfig()))
            .ShouldBe("https://sns.cn-north-1.amazonaws.com.cn/");

    [Fact]
    public void AWS_ENDPOINT_URL_moves_both_and_the_region_still_signs()
    {
        (string, string)[] environment = [Region, ("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")];

        AwsEnvironment.With(environment, () => Address(new SnsConfig())).ShouldBe("http://127.0.0.1:4566/");
        AwsEnvironment.With(environment, () => Address(new IotDataConfig())).ShouldBe("http://127.0.0.1:4566/");
        AwsEnvironment.With(environment, () => new SnsConfig().AuthenticationRegion).ShouldBe("ap-northeast-1");
    }

    [Fact]
    public void The_variable_of_a_service_wins_over_the_general_one()
    {
        (string, string)[] environment =
        [
            Region,
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
            ("AWS_ENDPOINT_URL_SNS", "http://127.0.0.1:2"),
            ("AWS_ENDPOINT_URL_IOT_DATA_PLANE", "http://127.0.0.1:3"),
        ];

        AwsEnvironment.With(environment, () => Address(new SnsConfig())).ShouldBe("http://127.0.0.1:2/");
        AwsEnvironment.With(environment, () => Address(new IotDataConfig())).ShouldBe("http://127.0.0.1:3/");
    }

    [Fact]
    public void Without_a_region_the_remedy_is_named() =>
        Should.Throw<StartupException>(() => AwsEnvironment.With([], () => new SnsConfig()))
            .Message.ShouldBe("No AWS region is set, and SNS needs one: set AWS_REGION, for example AWS_REGION=eu-west-1.");

    [Fact]
    public void A_FIPS_endpoint_that_we_do_not_know_is_not_replaced_by_another_one() =>
        Should.Throw<StartupException>(() => AwsEnvironment.With([Region, ("AWS_USE_FIPS_ENDPOINT", "true")], () => new IotDataConfig()))
            .Message.ShouldContain("AWS_ENDPOINT_URL_IOT_DATA_PLANE");

    [Fact]
    public async Task Credentials_come_from_the_chain()
    {
        await using var stub = await HttpStub.Start(StubAnswer.Xml(200, "<r><MessageId>1</MessageId></r>"));
        (string, string)[] environment =
        [
            Region, ("AWS_ENDPOINT_URL_SNS", stub.Address.ToString()), ("AWS_ACCESS_KEY_ID", "AKIDCHAIN"), ("AWS_SECRET_ACCESS_KEY", "s"),
        ];

        AwsEnvironment.With(environment, () =>
        {
            using var sns = new SnsClient(new SnsConfig());
#pragma warning disable xUnit1031 // The environment is only this thread's to hold while it blocks.
            return sns.Publish(new SnsPublishRequest { TopicArn = "a", Message = "m" }, CancellationToken.None).GetAwaiter()
                .GetResult().MessageId;
#pragma warning restore xUnit1031
        }).ShouldBe("1");

        stub.Requests.ShouldHaveSingleItem().Headers["Authorization"].ShouldContain("Credential=AKIDCHAIN/");
    }

    private static string Address(ClientConfig config)
    {
        var address = config.DetermineServiceOperationEndpoint(new ServiceOperationEndpointParameters(null)).URL;
        return address.TrimEnd('/') + "/";
    }
}
