using IoTOrleans.Aws;
using IoTOrleans.Settings;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Aws;

[Collection(nameof(AloneWithTheEnvironment))]
public sealed class AwsCredentialsCheckTests
{
    [Fact]
    public void No_credentials_anywhere_is_one_line_with_the_settings_and_the_remedy() =>
        Should.Throw<StartupException>(() => Check([], "Notifications:Sns:TopicArn", "Verify:With", "Verify:With")).Message.ShouldBe(
            "Notifications:Sns:TopicArn and Verify:With: no AWS credentials were found. Give the task or instance a role, "
            + "or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.");

    [Fact]
    public void Any_credentials_will_do_here() => Check([("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "s")], "Verify:With");

    [Fact]
    public void Who_needs_nothing_of_AWS_is_not_asked_for_credentials() => Check([]);

    private static void Check((string, string)[] environment, params string[] needs) => AwsEnvironment.With(environment, () =>
    {
        var services = new ServiceCollection();
        foreach (var need in needs) services.NeedAwsCredentials(need);
        using var provider = services.BuildServiceProvider();
#pragma warning disable xUnit1031 // The environment is only this thread's to hold while it blocks.
        provider.CheckAwsCredentials(CancellationToken.None).GetAwaiter().GetResult();
#pragma warning restore xUnit1031
        return true;
    });
}
