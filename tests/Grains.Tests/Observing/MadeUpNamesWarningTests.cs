using IoTOrleans.Contracts;
using IoTOrleans.Grains.Observing;
using IoTOrleans.Testing;

namespace IoTOrleans.Grains.Tests.Observing;

public sealed class MadeUpNamesWarningTests
{
    private readonly RecordingLogger<MadeUpNamesWarning> _log = new();
    private readonly MadeUpNamesWarning _warning;

    public MadeUpNamesWarningTests() => _warning = new(_log);

    [Theory]
    [InlineData("ESP8266Client-18231", "ESP8266Client-*")]
    [InlineData("mqttjs_1a2b3c4d", "mqttjs_*")]
    [InlineData("paho1234567890", "paho*")]
    [InlineData("app/0f8fad5b-d9cb-469f-a165-70867728950e", "app/*")]
    [InlineData("door-north", null)]
    [InlineData("warehouse-7", null)]
    [InlineData("123456", null)]
    public void What_may_be_made_up_in_a_name(string name, string? pattern) => MadeUpNamesWarning.PatternOf(name).ShouldBe(pattern);

    [Fact]
    public void Many_that_come_once_and_stay_away_are_said_once_with_the_remedy()
    {
        for (var i = 0; i < 60; i++)
        {
            Note($"ESP8266Client-{10_000 + i}", PresenceReason.FirstConnected);
            Note($"ESP8266Client-{10_000 + i}", PresenceReason.ToldUnverified);
        }

        _log.Lines.ShouldHaveSingleItem().ShouldContain("Things__Exclude__0=ESP8266Client-*");
    }

    [Fact]
    public void A_fleet_that_loses_its_power_and_comes_back_is_none()
    {
        for (var i = 0; i < 100; i++) Note($"sensor-{1000 + i}", PresenceReason.FirstConnected);
        for (var i = 0; i < 15; i++) Note($"sensor-{1000 + i}", PresenceReason.ToldUnverified);
        for (var i = 0; i < 15; i++) Note($"sensor-{1000 + i}", PresenceReason.CameBackTold);
        for (var i = 15; i < 50; i++) Note($"sensor-{1000 + i}", PresenceReason.ToldUnverified);
        _log.Lines.ShouldBeEmpty();
    }

    [Fact]
    public void Things_that_were_known_before_this_process_began_say_nothing()
    {
        for (var i = 0; i < 100; i++) Note($"sensor-{1000 + i}", PresenceReason.ToldUnverified);
        _log.Lines.ShouldBeEmpty();
    }

    private void Note(string thing, PresenceReason reason) => _warning.Note(thing, reason);
}
