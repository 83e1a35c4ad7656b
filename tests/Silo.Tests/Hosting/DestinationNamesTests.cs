using IoTOrleans.Settings;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Hosting;

/// <summary>Policies name destinations; how each is set is tested beside them, in Notifications.Tests.</summary>
public sealed class DestinationNamesTests
{
    [Fact]
    public void The_short_forms_stay_and_several_of_one_type_have_their_own_names()
    {
        var settings = Configured.ReadAll(
            ("Notifications:Webhook:Url", "https://h.example/"), ("Notifications:Sns:TopicArn", "arn:aws:sns:eu-west-1:123456789012:t"),
            ("Notifications:Destinations:night:Type", "slack"),
            ("Notifications:Destinations:night:Url", "https://hooks.slack.com/services/1"),
            ("Notifications:Destinations:day:Type", "Slack"), ("Notifications:Destinations:day:Url", "https://hooks.slack.com/services/2"),
            ("Presence:Policies:0:Match", "door-*"), ("Presence:Policies:0:Notify", "night,webhook"));
        settings.Destinations.Select(destination => destination.Name).ShouldBe(["sns", "webhook", "day", "night"], ignoreOrder: true);
        settings.Unknown.ShouldBeEmpty();
        Configured.ReadAll().Destinations.Select(destination => destination.Name).ShouldBe(["console"]);
    }

    [Fact]
    public void A_policy_names_destinations_that_there_are() => Should.Throw<StartupException>(() => Configured.ReadAll(
        ("Notifications:Destinations:ops:Type", "console"), ("Presence:Policies:0:Match", "*"), ("Presence:Policies:0:Notify", "opps")))
        .Message.ShouldBe("Presence:Policies:0:Notify names 'opps', which is no destination. There are: ops.");
}
