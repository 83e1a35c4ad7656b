using IoTOrleans.Settings;
using IoTOrleans.Silo.Hosting.Composition;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Hosting;

/// <summary>What was set and means nothing is named, since it is most often a typing error; what belongs to others is not.</summary>
public sealed class UnknownSettingsTests
{
    [Theory]
    [InlineData("Presence:Graze")]
    [InlineData("Presense:Grace")]
    [InlineData("PRESENSE:GRACE")]
    [InlineData("Prescence:Policies:0:Match")]
    [InlineData("Storge:Provider")]
    [InlineData("Storage:Sqlight:Path")]
    [InlineData("Event:Sqs:QueueUrl")]
    [InlineData("Notification:Destinations:ops:Type")]
    [InlineData("Notifcations:TimeZone")]
    [InlineData("Verfiy:With")]
    [InlineData("Aut:ApiKey")]
    [InlineData("Orlean:ClusterId")]
    [InlineData("Orleans.:Endpoints:SiloPort")]
    [InlineData("Presense:Graze")]
    public void A_mistyped_section_or_key_is_named(string key) => Configured.ReadAll((key, "x")).Unknown.ShouldBe([key]);

    [Theory]
    [InlineData("Kestrel:Limits:MaxConcurrentConnections")]
    [InlineData("Kestrel:Endpoints:Http:Url")]
    [InlineData("AWS:Region")]
    [InlineData("ConnectionStrings:Default")]
    [InlineData("Orleans:GrainDirectory:ProviderType")]
    [InlineData("OAuth:ClientId")]
    [InlineData("Event:Name")]
    [InlineData("Author:Name")]
    [InlineData("Notify:Url")]
    [InlineData("Presense")]
    [InlineData("PRESENSE_GRACE")]
    [InlineData("STORAGE_PROVIDER")]
    [InlineData("Serilog:MinimumLevel:Default")]
    [InlineData("OTEL:EXPORTER:ENDPOINT")]
    public void What_belongs_to_others_is_not(string key) => Configured.ReadAll((key, "x")).Unknown.ShouldBeEmpty();

    [Fact]
    public void Beside_mistakes_what_is_unknown_is_named_too_each_in_a_line()
    {
        var lines = Should.Throw<StartupException>(
            () => Configured.ReadAll(("Presence:Grace", "soon"), ("Presense:RecoveryHold", "1m"), ("Culture", "fr")))
            .Message.Split(Environment.NewLine);
        lines.Length.ShouldBe(3);
        lines.ShouldContain("Unknown setting Presense:RecoveryHold is ignored: a typing error?");
    }

    [Theory]
    [InlineData("5m", null, null,
        "you are notified about a thing that stays away for 5 min, and about its return when it has lasted 1 min")]
    [InlineData("2s", null, null,
        "you are notified about a thing that stays away for 5 s (SettleTime, longer than the grace of 2 s), and about its return when it has lasted 1 min")]
    [InlineData("5m", "1s", null, "…; one policy differs for some things; door-*: 5 s (SettleTime, longer than the grace of 1 s)")]
    [InlineData("5m", "1s", "0s", "…; one policy differs for some things")]
    [InlineData("5m", null, "10m", "…; one policy differs for some things; door-*: 10 min (SettleTime, longer than the grace of 5 min)")]
    public void The_start_text_says_the_settle_time_where_it_is_longer_than_the_grace(
        string grace, string? policyGrace, string? policySettle, string expected)
    {
        List<(string, string)> settings = [("Presence:Grace", grace)];
        if (policyGrace is not null || policySettle is not null) settings.Add(("Presence:Policies:0:Match", "door-*"));
        if (policyGrace is not null) settings.Add(("Presence:Policies:0:Grace", policyGrace));
        if (policySettle is not null) settings.Add(("Presence:Policies:0:SettleTime", policySettle));
        StartText.Grace(Configured.ReadAll([.. settings])).ShouldEndWith(expected.TrimStart('…'));
    }
}
