using IoTOrleans.Testing.Processes;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd.Access;

/// <summary>Starts on the network that cannot be, each with all that is missing.</summary>
public sealed class LanRefusedTests
{
    [Fact]
    public async Task Whatever_is_missing_for_a_start_on_the_network_is_named_in_one_go_and_that_there_is_a_shorter_way()
    {
        var port = FreePort.Next();
        var (exitCode, output) = await SiloProcess.Fail(
            ("ASPNETCORE_URLS", $"http://0.0.0.0:{port}"), ("Events:Mqtt:Listen:Address", "0.0.0.0"));
        exitCode.ShouldBe(1, output);
        var lines = Lines(output);
        lines.Length.ShouldBe(3, output);
        var broker = lines.Single(line => line.StartsWith("Events:Mqtt", StringComparison.Ordinal));
        broker.ShouldStartWith("Events:Mqtt:Listen:Address=0.0.0.0 can be reached from other machines: set Events:Mqtt:Listen:Username and "
            + "Events:Mqtt:Listen:Password too");
        broker.ShouldContain("Events:Mqtt:Listen:UsersFile");
        broker.ShouldEndWith(". Or start with --lan, which sets all that is missing for the local network.");
        lines.ShouldContain($"http://0.0.0.0:{port} can be reached from other machines, and no key is set: set Auth:ApiKey (or "
            + "Auth:AllowAnonymous=true if something else guards this service). Or start with --lan, which sets all that is missing for "
            + "the local network.");
        lines.ShouldContain("AllowedHosts is not set, so other machines reach this one by its address only: name it there as they call it, "
            + "like raspberrypi.local.");
    }

    [Fact]
    public async Task A_planted_link_is_not_followed()
    {
        var target = Path.Combine(Path.GetTempPath(), $"planted-{Guid.NewGuid():N}");
        var (exitCode, output) = await SiloProcess.FailIn(
            folder =>
            {
                Directory.CreateDirectory(Path.Combine(folder, "data"));
                File.CreateSymbolicLink(Path.Combine(folder, "data", "credentials.json"), target);
            },
            OneLanSilo.WithLan);
        exitCode.ShouldBe(1, output);
        Lines(output).ShouldHaveSingleItem().ShouldContain("data/credentials.json is a symbolic link");
        File.Exists(target).ShouldBeFalse();
    }

    [Fact]
    public async Task It_is_for_one_machine_and_a_start_that_fails_makes_no_credentials()
    {
        await using var silo = SiloProcess.BeginUnder(
            OneLanSilo.WithLan, ("Storage:Provider", "DynamoDB"), ("Events:Mqtt:Listen:Port", "0"), ("Presence:Grace", "300"));
        (await silo.Exit()).ShouldBe(1, silo.AllOutput);
        Lines(silo.AllOutput).ShouldBe(
            [
                "Presence:Grace=300: say 300s or 5m.",
                "--lan is for one machine, and silos on DynamoDB need the same key: set Auth:ApiKey, --urls and AllowedHosts instead.",
            ],
            ignoreOrder: true);
        Directory.GetFileSystemEntries(silo.Folder).ShouldBeEmpty();
    }

    private static string[] Lines(string output) =>
        output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
