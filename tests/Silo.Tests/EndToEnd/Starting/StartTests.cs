using System.Net;
using System.Net.Sockets;
using IoTOrleans.Testing.Certificates;
using IoTOrleans.Testing.Processes;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd.Starting;

/// <summary>A start that cannot be is one line, too; one that can be says where to look.</summary>
public sealed class StartTests
{
    [Theory]
    [InlineData("ASPNETCORE_URLS", "http://127.0.0.1:81", "http://127.0.0.1:81: this user may not open port 81")]
    [InlineData("Events:Mqtt:Listen:Port", "81", "Events:Mqtt:Listen:Port=81: this user may not open port 81")]
    public async Task A_port_that_needs_a_privilege_is_one_line(string setting, string value, string line)
    {
        const string lowest = "/proc/sys/net/ipv4/ip_unprivileged_port_start";
        Assert.SkipUnless(File.Exists(lowest) && int.Parse(await File.ReadAllTextAsync(lowest, TestContext.Current.CancellationToken),
            System.Globalization.CultureInfo.InvariantCulture) > 81, "Everybody may open port 81 here.");
        string[] under = Environment.IsPrivilegedProcess ? ["setpriv", "--bounding-set=-net_bind_service"] : [];
        var (exitCode, output) = await SiloProcess.FailUnder(under, (setting, value));
        exitCode.ShouldBe(1, output);
        output.Trim().Split('\n').Length.ShouldBe(1, output);
        output.ShouldContain(line);
    }

    /// <summary>A setting of ASP.NET Core that prefers the one address although the other is checked.</summary>
    [Fact]
    public async Task What_is_really_bound_counts_too()
    {
        var port = FreePort.Next();
        var (exitCode, output) = await SiloProcess.Fail(
            ("ASPNETCORE_PREFERHOSTINGURLS", "true"), ("ASPNETCORE_URLS", $"http://0.0.0.0:{port}"),
            ("Kestrel:Endpoints:Web:Url", $"http://127.0.0.1:{FreePort.Next()}"), ("Storage:Provider", "Memory"));
        exitCode.ShouldBe(1, output);
        output.Trim().ShouldBe($"http://0.0.0.0:{port} can be reached from other machines, and no key is set: set Auth:ApiKey "
            + "(or Auth:AllowAnonymous=true if something else guards this service).");
    }

    [Fact]
    public async Task A_folder_that_is_gone_is_one_line()
    {
        var (exitCode, output) = await SiloProcess.FailUnder(
            ["bash", "-c", "mkdir gone && cd gone && rmdir ../gone && exec \"$@\"", "bash"]);
        exitCode.ShouldBe(1, output);
        output.Trim().ShouldBe("The folder that this was started from does not exist any more: change into one that does.");
    }

    [Fact]
    public async Task Two_of_our_own_doors_on_one_port_are_one_line()
    {
        var port = FreePort.Next();
        var (exitCode, output) = await SiloProcess.Fail(
            ("Events:Mqtt:Listen:Port", $"{port}"), ("ASPNETCORE_URLS", $"http://127.0.0.1:{port}"));
        exitCode.ShouldBe(1, output);
        output.Trim().Split('\n').Length.ShouldBe(1, output);
        output.ShouldContain($"Events:Mqtt:Listen:Port={port}: http://127.0.0.1:{port} is to listen there, too");
    }

    [Fact]
    public async Task A_path_that_begins_with_a_tilde_is_in_the_home_folder()
    {
        var home = Directory.CreateTempSubdirectory("iot-orleans-home-");
        try
        {
            await using var silo = await SiloProcess.Start(("HOME", home.FullName), ("Storage:Sqlite:Path", "~/state/x.db"));
            File.Exists(Path.Combine(home.FullName, "state", "x.db")).ShouldBeTrue(silo.AllOutput);
            Directory.Exists(Path.Combine(silo.Folder, "~")).ShouldBeFalse();
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task So_is_a_certificate()
    {
        var home = Directory.CreateTempSubdirectory("iot-orleans-home-");
        try
        {
            using var ca = new TestCa();
            ca.Issue("localhost").Save(home.FullName, "tls");
            var port = FreePort.Next();
            await using var silo = await SiloProcess.Start(
                ("HOME", home.FullName), ("Kestrel:Endpoints:Https:Url", $"https://127.0.0.1:{port}"),
                ("Kestrel:Endpoints:Https:Certificate:Path", "~/tls.pem"), ("Kestrel:Endpoints:Https:Certificate:KeyPath", "~/tls.key"));
            using var handler =
                new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, shown, _, _) => shown?.Subject == "CN=localhost" };
            using var https = new HttpClient(handler) { BaseAddress = new($"https://127.0.0.1:{port}") };
            (await https.GetAsync("/health/live", TestContext.Current.CancellationToken)).IsSuccessStatusCode.ShouldBeTrue(silo.AllOutput);
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("ar_SA.UTF-8")]
    [InlineData("th_TH.UTF-8")]
    [InlineData("fa_IR.UTF-8")]
    public async Task Log_lines_carry_the_years_of_the_rest_of_the_world(string locale)
    {
        await using var silo = await SiloProcess.Start(("LC_ALL", locale));
        await silo.Until(() => silo.Output.Any(line => line.Contains("info: ", StringComparison.Ordinal)), "a log line");
        var year = TimeProvider.System.GetUtcNow().Year.ToString(System.Globalization.CultureInfo.InvariantCulture);
        foreach (var line in silo.Output.Where(line => line.Contains("info: ", StringComparison.Ordinal))) line.ShouldStartWith($"{year}-");
    }

    [Theory]
    [InlineData("ASPNETCORE_URLS", "http://127.0.0.1:{0}", "set ASPNETCORE_URLS or --urls")]
    [InlineData("Events:Mqtt:Listen:Port", "{0}", "Events:Mqtt:Listen:Port")]
    public async Task A_port_that_is_taken_is_one_line(string setting, string value, string line)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var (exitCode, output) = await SiloProcess.Fail(
            (setting, string.Format(System.Globalization.CultureInfo.InvariantCulture, value, ((IPEndPoint)taken.LocalEndpoint).Port)));
        exitCode.ShouldBe(1, output);
        output.ShouldContain(line);
        output.ShouldNotContain("   at ");
        output.ShouldNotContain(" fail: ");
        output.ShouldNotContain(" warn: ");
    }

    [Fact]
    public async Task A_second_silo_on_the_same_file_says_so()
    {
        await using var first = await SiloProcess.Start();
        var (exitCode, output) = await SiloProcess.Fail(("Storage:Sqlite:Path", Path.Combine(first.Folder, "data", "iot-orleans.db")));
        exitCode.ShouldBe(1);
        output.Trim().Split('\n').Length.ShouldBe(1, output);
        output.ShouldContain("iot-orleans.db");
    }

    [Fact]
    public async Task The_start_text_says_where_to_look_and_names_what_it_does_not_know()
    {
        await using var silo = await SiloProcess.Start(
            ("Presence:Grcae", "1m"), ("Presence:Grace", "1h30m"), ("Storage:Provider", "Memory"));
        await silo.Until(() => silo.AllOutput.Contains("Unknown setting", StringComparison.Ordinal), "the end of the text");
        await silo.Says($"http://127.0.0.1:{silo.HttpPort}/dashboard");
        await silo.Says("memory only");
        await silo.Says($"MQTT broker on 127.0.0.1:{silo.MqttPort}");
        await silo.Says("broker connection");
        await silo.Says("1 h 30 min");
        await silo.Says("Unknown setting Presence:Grcae");
    }
}
