using IoTOrleans.Aws;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Notifications.Text;
using IoTOrleans.Notifications;
using IoTOrleans.Settings;
using IoTOrleans.Silo.Hosting.Settings;
using IoTOrleans.Silo.Tests.Hosting;
using IoTOrleans.Silo.Verifiers;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Aws;

[Collection(nameof(AloneWithTheEnvironment))]
public sealed class AwsServicesTests
{
    private const string Topic = "arn:aws:sns:eu-west-1:123456789012:ops";

    [Fact]
    public void All_that_is_on_AWS_can_be_composed() => AwsEnvironment.With([("AWS_REGION", "eu-west-1")], () =>
    {
        using var services = Services().BuildServiceProvider();

        services.GetServices<INotificationDestination>().Select(destination => destination.Name).ShouldBe(["sns", "night"]);
        services.GetServices<IConnectionVerifier>().ShouldHaveSingleItem().Name
            .ShouldBe("AWS IoT connection or Device Shadow presence");
        services.GetServices<AwsNeed>().Select(need => need.Setting)
            .ShouldBe(["Notifications:Sns:TopicArn", "Notifications:Destinations:night:TopicArn", "Verify:With"]);
        services.GetRequiredService<SnsClient>().Config.Timeout.ShouldBe(TimeSpan.FromSeconds(5));
        return true;
    });

    [Theory]
    [InlineData(nameof(VerifyWith.Shadow), "Device Shadow presence")]
    [InlineData(nameof(VerifyWith.Connection), "AWS IoT connection")]
    public void One_truth_alone_can_be_asked(string with, string name) => AwsEnvironment.With([("AWS_REGION", "eu-west-1")], () =>
    {
        using var services = Services(Enum.Parse<VerifyWith>(with)).BuildServiceProvider();

        services.GetServices<IConnectionVerifier>().ShouldHaveSingleItem().Name.ShouldBe(name);
        return true;
    });

    [Fact]
    public void Without_a_region_it_says_so_when_it_is_composed() => AwsEnvironment.With([], () =>
    {
        using var services = Services().BuildServiceProvider();

        Should.Throw<StartupException>(() => services.GetServices<INotificationDestination>().ToList()).Message.ShouldContain("AWS_REGION");
        return true;
    });

    [Fact]
    public void A_typing_error_in_the_ARN_is_found_before_anything_is_composed() =>
        Should.Throw<StartupException>(() => Configured.ReadAll(("Notifications:Sns:TopicArn", "ops")));

    private static IServiceCollection Services(VerifyWith with = VerifyWith.Auto) => new ServiceCollection()
        .AddLogging()
        .AddNotifications(new NotificationTextOptions(), Configured.ReadAll(
            ("Notifications:Sns:TopicArn", Topic),
            ("Notifications:Destinations:night:Type", "sns"),
            ("Notifications:Destinations:night:TopicArn", Topic + "-night")).Destinations)
        .AddAwsVerifier(with, new() { ShadowName = "presence" });
}
