using IoTOrleans.Silo.Hosting.Settings;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Hosting;

/// <summary>Nobody types an argument to have it ignored.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("--Presence:Grace=7s")]
    [InlineData("--Presence:Grace", "7s")]
    [InlineData("--urls", "http://127.0.0.1:8081;http://[::1]:8081")]
    [InlineData("--URLS=http://127.0.0.1:8081", "--Culture=ja")]
    [InlineData("/Presence:Grace=7s")]
    [InlineData("Presence:Grace=7s")]
    [InlineData("--Auth:ApiKey=")]
    [InlineData("--Logging:LogLevel:Default=Debug", "--Kestrel:Endpoints:A:Url=http://127.0.0.1:1", "--environment=Development")]
    public void Settings_are_passed_on_as_they_are(params string[] arguments)
    {
        var read = CommandLine.Read(arguments);
        read.Mistakes.ShouldBeEmpty();
        read.Settings.ShouldBe(arguments);
    }

    [Theory]
    [InlineData("-Presence:Grace: a setting begins with two dashes: --Presence:Grace=value.", "-Presence:Grace=7s")]
    [InlineData("--Presence:Grace has no value: write --Presence:Grace=value.", "--Presence:Grace")]
    [InlineData("--Presence:Grace has no value: write --Presence:Grace=value.", "--Presence:Grace", "--urls=http://127.0.0.1:8081")]
    [InlineData("--Presence__Grace: two underscores are for environment variables; here it is --Presence:Grace.", "--Presence__Grace=2s")]
    [InlineData("--grace: there is no such setting; docs/settings.md lists them all.", "--grace", "5s")]
    [InlineData("-g: write a setting as --Section:Name=value, like --Presence:Grace=5m.", "-g")]
    [InlineData("5s: write a setting as --Section:Name=value, like --Presence:Grace=5m.", "5s")]
    [InlineData("--lan takes no value.", "--lan=true")]
    [InlineData("true: write a setting as --Section:Name=value, like --Presence:Grace=5m.", "--lan", "true")]
    public void What_is_none_is_named(string mistake, params string[] arguments) =>
        CommandLine.Read(arguments).Mistakes.ShouldHaveSingleItem().ShouldBe(mistake);

    /// <summary>It may be a secret that was meant for the setting before it.</summary>
    [Theory]
    [InlineData("--Auth:ApiKey= has no value: write it right behind the =.", "--Auth:ApiKey=", "supersecret")]
    [InlineData("--Auth:ApiKey= has no value: write it right behind the =.", "--Auth:ApiKey=", "c3VwZXJzZWNyZXQ=")]
    [InlineData("--Auth:ApiKey= has no value: write it right behind the =.", "--Auth:ApiKey=", "/supersecret")]
    [InlineData("--Auth:ApiKey= has no value: write it right behind the =.", "--Auth:ApiKey=", "-supersecret", "--lan")]
    [InlineData("What comes after --Auth:ApiKey is no setting", "--Auth:ApiKey", "my", "supersecret")]
    [InlineData("What comes after --Auth:ApiKey is no setting", "--Auth:ApiKey=my", "supersecret", "--urls=http://127.0.0.1:1")]
    [InlineData("What comes after --Auth:ApiKey is no setting", "--Auth:ApiKey=my", "-supersecret=")]
    public void What_follows_a_setting_is_not_repeated(string mistake, params string[] arguments)
    {
        var said = CommandLine.Read(arguments).Mistakes.ShouldHaveSingleItem();
        said.ShouldStartWith(mistake);
        said.ShouldNotContain("ecret");
        said.ShouldNotContain("c3V");
    }

    [Theory]
    [InlineData(true, "--lan")]
    [InlineData(true, "--urls=http://*:1", "--LAN", "--Presence:Grace", "7s")]
    [InlineData(false, "--urls=http://*:1")]
    public void Lan_is_no_setting(bool lan, params string[] arguments)
    {
        var read = CommandLine.Read(arguments);
        read.Lan.ShouldBe(lan);
        read.Mistakes.ShouldBeEmpty();
        read.Settings.ShouldNotContain(argument => argument.Contains("lan", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void An_empty_argument_is_none() => CommandLine.Read(["", " ", "--Notifications:Destinations:my__hook:Url=http://a"])
        .ShouldSatisfyAllConditions(
        read => read.Mistakes.ShouldBeEmpty(),
        read => read.Settings.Length.ShouldBe(1));

    [Fact]
    public void All_of_it_at_once() => CommandLine.Read(["-g", "5s", "--Presence:Grace=1m", "--x"]).ShouldSatisfyAllConditions(
        read => read.Mistakes.Count.ShouldBe(3),
        read => read.Settings.ShouldBe(["--Presence:Grace=1m"]));
}
