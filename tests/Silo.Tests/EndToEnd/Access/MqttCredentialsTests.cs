using System.Diagnostics;
using IoTOrleans.Testing.Certificates;
using IoTOrleans.Testing.Mqtt;
using IoTOrleans.Testing.Processes;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd.Access;

public sealed class MqttCredentialsTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _folder = Directory.CreateTempSubdirectory("iot-orleans-mqtt-").FullName;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string Users => Path.Combine(_folder, "data", "mqtt-users");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>The whole way: a secret for each thing, TLS, a takeover from elsewhere, and a secret that is withdrawn.</summary>
    [Fact]
    public async Task Each_thing_has_a_secret_of_its_own_over_TLS()
    {
        using var ca = new TestCa();
        await File.WriteAllTextAsync(Path.Combine(_folder, "ca.pem"), ca.Pem, Cancelled);
        var (certificate, key) = ca.Issue("broker").Save(_folder, "server");
        var (exitCode, secret, error) = await Command("", ["mqtt-user", "door-1"]);
        exitCode.ShouldBe(0, error);
        (await Command("correct horse\n", "mqtt-user", "site-7-*", "--password-stdin")).Output.ShouldBeEmpty();
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(Users).ShouldBe(OwnerOnly);

        await using var silo = await SiloProcess.Start(
            ("Presence:Grace", "1h"), ("Storage:Provider", "Memory"), ("Events:Mqtt:Listen:Address", "0.0.0.0"),
            ("Events:Mqtt:Listen:CertificateFile", certificate), ("Events:Mqtt:Listen:KeyFile", key),
            ("Events:Mqtt:Listen:UsersFile", Users));
        await silo.Says("MQTT broker on mqtts://");
        await silo.Says($":{silo.MqttPort} (a client id is a thing name)");

        using (Subscribe(silo, "site-7-lamp", "site-7-*", "correct horse")) await silo.UntilStatus("site-7-lamp", "connected");
        using (Subscribe(silo, "door-1", "door-1", secret.Trim()))
        {
            await silo.UntilStatus("door-1", "connected");
            var posed = await MosquittoClient.Publish(silo.MqttPort, [.. Options("door-2", "door-1", secret.Trim()), "-m", "x"]);
            posed.ExitCode.ShouldNotBe(0);
            (await silo.Status("door-2")).ShouldBeNull();

            using var elsewhere = Subscribe(silo, "door-1", "door-1", secret.Trim(), "-A", "127.0.0.2");
            await silo.Until(
                async () => (await silo.Http.GetStringAsync("/devices/door-1/why", Cancelled))
                    .Contains("\"taken-over-from-elsewhere\"", StringComparison.Ordinal),
                "the takeover in /why");

            // A new secret for it, so that the old one ends.
            (await Command("", "mqtt-user", "door-1", "--file", Users)).Output.Trim().ShouldNotBe(secret.Trim());
            await silo.UntilStatus("door-1", "grace");
        }

        (await silo.Http.GetStringAsync("/devices/door-1", Cancelled)).ShouldContain("AUTH_ERROR");
        silo.HasNoLineWith(secret.Trim());

        // The next start would fail.
        await File.AppendAllTextAsync(Users, "broken\n", Cancelled);
        await silo.Until(
            async () => (await silo.Http.GetStringAsync("/health/ready", Cancelled)) is var health
                && health.Contains("\"mqtt\":{\"status\":\"Degraded\"", StringComparison.Ordinal)
                && health.Contains("it is not name:hash", StringComparison.Ordinal),
            "a degraded /health/ready");
    }

    [Theory]
    [InlineData("", "There is no name")]
    [InlineData("a b", "a name with spaces or * needs quotes")]
    [InlineData("#a", "a name may not begin with #")]
    [InlineData("a --nothing", "--nothing: write mqtt-user")]
    [InlineData("a --password-stdin", "fewer than 8 characters")]
    public async Task A_wrong_command_is_one_line_and_writes_nothing(string arguments, string line)
    {
        var (exitCode, output, error) = await Command(
            "short\n", ["mqtt-user", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        (exitCode, output).ShouldBe((1, ""));
        error.Trim().Split('\n').Length.ShouldBe(1, error);
        error.ShouldContain(line);
        File.Exists(Users).ShouldBeFalse();
    }

    /// <summary>Root calls the command, in a folder of the service's user. It must not hand over what only root may read.</summary>
    [Theory]
    [InlineData(true, "data/mqtt-users is a symbolic link, which may be planted, and is not followed")]
    [InlineData(false, "line 1: what follows the name is no hash that this version knows")]
    public async Task What_is_no_file_of_users_is_not_taken_over(bool isLink, string line)
    {
        Assert.SkipWhen(isLink && OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        var planted = Path.Combine(_folder, "shadow");
        Directory.CreateDirectory(Path.GetDirectoryName(Users)!);
        await File.WriteAllTextAsync(isLink ? planted : Users, "root:$6$salt$hash\n", Cancelled);
        if (isLink) File.CreateSymbolicLink(Users, planted);

        var (exitCode, output, error) = await Command("", "mqtt-user", "door-1");

        (exitCode, output).ShouldBe((1, ""));
        error.ShouldContain(line);
        error.ShouldNotContain("$6$");
        (await File.ReadAllTextAsync(Users, Cancelled)).ShouldBe("root:$6$salt$hash\n");
        Directory.GetFileSystemEntries(Path.GetDirectoryName(Users)!).ShouldBe([Users]);
    }

    [Fact]
    public async Task A_start_with_wrong_files_names_them_all()
    {
        var (exitCode, output) = await SiloProcess.Fail(
            ("Storage:Provider", "Memory"), ("Events:Mqtt:Listen:CertificateFile", "a.pem"), ("Events:Mqtt:Listen:UsersFile", "no-users"),
            ("Events:Mqtt:Listen:Address", "0.0.0.0"));
        exitCode.ShouldBe(1, output);
        output.Trim().Split('\n').Length.ShouldBe(2, output);
        output.ShouldContain("Events:Mqtt:Listen:CertificateFile is set without Events:Mqtt:Listen:KeyFile: set both, or neither.");
        output.ShouldContain("Events:Mqtt:Listen:UsersFile=no-users: there is no such file; the command mqtt-user makes it.");
    }

    private string[] Options(string clientId, string user, string password) =>
        ["-i", clientId, "-u", user, "-P", password, "--cafile", Path.Combine(_folder, "ca.pem")];

    private MosquittoClient Subscribe(SiloProcess silo, string clientId, string user, string password, params string[] more) =>
        MosquittoClient.Subscribe(silo.MqttPort, [.. Options(clientId, user, password), .. more]);

    private async Task<(int ExitCode, string Output, string Error)> Command(string input, params string[] arguments)
    {
        var start = SiloProgram.In(_folder, new Dictionary<string, string>());
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        start.RedirectStandardInput = true;
        using var command = Process.Start(start)!;
        await command.StandardInput.WriteAsync(input);
        command.StandardInput.Close();
        var (output, error) = (command.StandardOutput.ReadToEndAsync(Cancelled), command.StandardError.ReadToEndAsync(Cancelled));
        await command.WaitForExitAsync(Cancelled).WaitAsync(SiloProcess.Patience, Cancelled);
        return (command.ExitCode, await output, await error);
    }
}
