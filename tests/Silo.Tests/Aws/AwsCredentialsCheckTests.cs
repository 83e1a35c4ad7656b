using IoTOrleans.Silo.Aws;
using IoTOrleans.Silo.Hosting;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Aws;

[Collection(nameof(AloneWithTheEnvironment))]
public sealed class AwsCredentialsCheckTests
{
    [Fact]
    public void No_credentials_anywhere_is_one_line_with_the_settings_and_the_remedy()
    {
        var thrown = Should.Throw<StartupException>(() => Check([]));

        thrown.Message.ShouldBe(
            "Notifications:Sns:TopicArn and Verify:With: no AWS credentials were found. Give the task or instance a role, "
            + "or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.");
    }

    [Fact]
    public void Any_credentials_will_do_here() => Check([("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "s")]);

    private static void Check((string, string)[] environment) => AwsEnvironment.With(environment, () =>
    {
        var check = new AwsCredentialsCheck(
            [new("Notifications:Sns:TopicArn"), new("Verify:With"), new("Verify:With")], TimeProvider.System);
#pragma warning disable xUnit1031 // The environment is only this thread's to hold while it blocks.
        check.StartingAsync(CancellationToken.None).GetAwaiter().GetResult();
#pragma warning restore xUnit1031
        return true;
    });
}
