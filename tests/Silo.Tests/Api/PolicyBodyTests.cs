using System.Text.Json;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Grains.Presence;
using IoTOrleans.Settings;
using IoTOrleans.Silo.Api;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Api;

public sealed class PolicyBodyTests
{
    private static readonly string[] Destinations = ["mail", "hook"];

    [Fact]
    public void Every_field_is_read()
    {
        var body = Read("""
            {"grace":"1h30m","settleTime":"0","recoveryHold":"0s","recheckEvery":"1d","repeatInterval":"01:00:00","expectWithin":"2h","notifyRecovery":false,
             "notifyFlapping":true,"muted":true,"notify":["hook"]}
            """);
        body.Mistakes.ShouldBeEmpty();
        PolicyFields.Check(body.Policy, Destinations).ShouldBeEmpty();
        body.Policy.Grace.ShouldBe(TimeSpan.FromMinutes(90));
        body.Policy.SettleTime.ShouldBe(TimeSpan.Zero);
        body.Policy.RecoveryHold.ShouldBe(TimeSpan.Zero);
        body.Policy.RecheckEvery.ShouldBe(TimeSpan.FromDays(1));
        body.Policy.RepeatInterval.ShouldBe(TimeSpan.FromHours(1));
        body.Policy.ExpectWithin.ShouldBe(TimeSpan.FromHours(2));
        (body.Policy.NotifyRecovery, body.Policy.NotifyFlapping, body.Policy.Muted).ShouldBe((false, true, true));
        body.Policy.Notify.ShouldBe(["hook"]);
    }

    [Fact]
    public void Null_is_as_if_it_were_not_there()
    {
        var body = Read("""{"grace":"5m","muted":null,"notify":null}""");
        body.Mistakes.ShouldBeEmpty();
        body.Policy.ShouldBe(new() { Grace = TimeSpan.FromMinutes(5) });
    }

    [Theory]
    [InlineData("""{"grace":300}""", "grace", "300s or 5m")]
    [InlineData("""{"grace":"300"}""", "grace", "300s or 5m")]
    [InlineData("""{"grace":true}""", "grace", "text like")]
    [InlineData("""{"grace":"soon"}""", "grace", "not a duration")]
    [InlineData("""{"grace":"0s"}""", "grace", "1s to 365d")]
    [InlineData("""{"grace":"366d"}""", "grace", "1s to 365d")]
    [InlineData("""{"settleTime":"61m"}""", "settleTime", "0s to 1h")]
    [InlineData("""{"recoveryHold":"25h"}""", "recoveryHold", "0s to 1d")]
    [InlineData("""{"recheckEvery":"59s"}""", "recheckEvery", "1m to 30d")]
    [InlineData("""{"expectWithin":"59s"}""", "expectWithin", "1m to 365d")]
    [InlineData("""{"repeatInterval":"59s"}""", "repeatInterval", "1m to 365d")]
    [InlineData("""{"muted":"yes"}""", "muted", "true or false")]
    [InlineData("""{"notify":"mail"}""", "notify", "list")]
    [InlineData("""{"notify":[]}""", "notify", "muted")]
    [InlineData("""{"notify":["mail","mail"]}""", "notify", "twice")]
    [InlineData("""{"notify":["pager"]}""", "notify", "'pager'")]
    [InlineData("""{"Grace":"5m"}""", "Grace", "not known")]
    [InlineData("""{"grace":"5m","colour":"red"}""", "colour", "not known")]
    [InlineData("{}", "", "DELETE")]
    [InlineData("[]", "", "object")]
    public void A_mistake_is_named_with_its_remedy(string json, string field, string remedy)
    {
        var body = Read(json);
        var mistake = body.Mistakes.Concat(PolicyFields.Check(body.Policy, Destinations)
            .Select(wrong => (Field: wrong.Field.JsonName, wrong.Mistake))).ShouldHaveSingleItem();
        mistake.Field.ShouldBe(field);
        mistake.Mistake.ShouldContain(remedy);
    }

    [Theory]
    [InlineData("0s")]
    [InlineData("30s")]
    [InlineData("1h30m")]
    [InlineData("365d")]
    [InlineData("1d2h3m4s")]
    [InlineData("00:00:00.5000000")]
    public void A_duration_is_written_as_it_can_be_read(string written)
    {
        Duration.TryParse(written, out var duration).ShouldBeNull();
        Duration.Write(duration).ShouldBe(written);
    }

    private static PolicyBody Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return PolicyBody.Read(document.RootElement);
    }
}
