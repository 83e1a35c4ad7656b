using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using IoTOrleans.Silo.Api.Access;
using IoTOrleans.Silo.Hosting.Lan;
using IoTOrleans.Testing.Processes;
using MQTTnet;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd.Access;

/// <summary>One silo for all of these, started twice with <c>--lan</c>: what the first start made, the second one uses.</summary>
public sealed class OneLanSilo : IAsyncLifetime
{
    internal static readonly string[] WithLan = ["bash", "-c", "exec \"$@\" --lan", "bash"];

    internal SiloProcess Silo { get; private set; } = null!;

    internal int Port { get; } = FreePort.Next();

    internal string File => Path.Combine(Silo.Folder, "data", CredentialsFile.Name);

    internal string FirstText { get; private set; } = "";

    internal string FirstOutput { get; private set; } = "";

    internal JsonElement Credentials { get; private set; }

    public async ValueTask InitializeAsync()
    {
        Silo = await SiloProcess.StartUnder(WithLan, ("Presence:Grace", "1h"), ("ASPNETCORE_URLS", $"http://*:{Port}"));
        await TextIsThere();
        (FirstText, FirstOutput) = (await System.IO.File.ReadAllTextAsync(File), Silo.AllOutput);
        Credentials = JsonSerializer.Deserialize<JsonElement>(FirstText);
        await Silo.Terminate();
        await Silo.Run();
        await TextIsThere();
    }

    public ValueTask DisposeAsync() => Silo.DisposeAsync();

    private Task TextIsThere() => Silo.Until(() => Silo.AllOutput.Contains("  Keys  ", StringComparison.Ordinal), "the end of the text");
}

public sealed class LanTests(OneLanSilo lan) : IClassFixture<OneLanSilo>
{
    /// <summary>Loopback only where there is no network at all.</summary>
    private static readonly IPAddress Address = OwnAddresses.Find() is [var first, ..] ? first : IPAddress.Loopback;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string ApiKey => Secret("Auth:ApiKey");

    [Fact]
    public async Task The_second_start_uses_what_the_first_one_made_for_its_owner_alone()
    {
        (await File.ReadAllTextAsync(lan.File, Cancel)).ShouldBe(lan.FirstText);
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(lan.File).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (await Get(ApiKey)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public void It_says_where_to_look_from_elsewhere_and_where_the_credentials_are_and_never_says_those()
    {
        foreach (var output in new[] { lan.FirstOutput, lan.Silo.AllOutput })
        {
            output.ShouldContain($"  Look      http://{new IPEndPoint(Address, lan.Port)}/   http://");
            output.ShouldContain($"  Events    MQTT broker on {Address}:{lan.Silo.MqttPort}");
            foreach (var line in output.Split('\n').Where(line => line.StartsWith("  ", StringComparison.Ordinal)))
            {
                line.ShouldNotContain("0.0.0.0");
                line.ShouldNotContain("[::]");
            }

            output.ShouldContain("data/credentials.json");
            output.ShouldContain("has Auth:ApiKey, Events:Mqtt:Listen:Username, Events:Mqtt:Listen:Password");
            output.ShouldNotContain(ApiKey);
            output.ShouldNotContain(Secret("Events:Mqtt:Listen:Password"));
        }
    }

    [Fact]
    public async Task Http_asks_for_the_key()
    {
        (await Get(key: null)).ShouldBe(HttpStatusCode.Unauthorized);
        (await Get("0123456789abcdef")).ShouldBe(HttpStatusCode.Unauthorized);
        (await Get(ApiKey)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Only_names_and_addresses_of_this_machine_are_hosts()
    {
        foreach (var name in OwnNames.From(Dns.GetHostName(), canonical: null))
            (await Get(ApiKey, $"{name}:{lan.Port}")).ShouldBe(HttpStatusCode.OK, name);
        foreach (var name in new[] { "evil.example", "192.0.2.77", $"{Address}.nip.io" })
            (await Get(ApiKey, name)).ShouldBe(HttpStatusCode.BadRequest, name);
    }

    [Theory]
    [InlineData(true, MqttClientConnectResultCode.Success)]
    [InlineData(false, MqttClientConnectResultCode.BadUserNameOrPassword)]
    public async Task The_broker_asks_for_user_and_password(bool hasPassword, MqttClientConnectResultCode expected)
    {
        using var client = new MqttClientFactory().CreateMqttClient();
        var options = new MqttClientOptionsBuilder().WithTcpServer(Address.ToString(), lan.Silo.MqttPort).WithClientId("lan-thing");
        if (hasPassword) options.WithCredentials(Secret("Events:Mqtt:Listen:Username"), Secret("Events:Mqtt:Listen:Password"));
        (await client.ConnectAsync(options.Build(), Cancel)).ResultCode.ShouldBe(expected);
    }

    [Fact]
    public async Task The_command_import_beside_it_finds_the_key_and_sends_it_to_no_other_machine()
    {
        var (exitCode, output) = await Import($"http://127.0.0.1:{lan.Port}");
        exitCode.ShouldBe(0, output);
        output.ShouldContain("1 things: ");
        (exitCode, output) = await Import($"http://{new IPEndPoint(Address, lan.Port)}");
        exitCode.ShouldBe(1, output);
        output.ShouldContain("Auth:ApiKey");
    }

    private string Secret(string name) => lan.Credentials.GetProperty(name).GetString()!;

    private async Task<HttpStatusCode> Get(string? key, string? host = null)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{new IPEndPoint(Address, lan.Port)}/devices");
        request.Headers.Host = host;
        if (key is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var response = await http.SendAsync(request, Cancel);
        return response.StatusCode;
    }

    private async Task<(int ExitCode, string Output)> Import(string url)
    {
        var start = SiloProgram.In(lan.Silo.Folder, new Dictionary<string, string>());
        start.RedirectStandardInput = true;
        start.ArgumentList.Add("import");
        start.ArgumentList.Add($"--url={url}");
        using var client = Process.Start(start)!;
        var output = Task.WhenAll(client.StandardOutput.ReadToEndAsync(Cancel), client.StandardError.ReadToEndAsync(Cancel));
        await client.StandardInput.WriteLineAsync("""{"thingName":"lan-import"}""");
        client.StandardInput.Close();
        await client.WaitForExitAsync(Cancel).WaitAsync(SiloProcess.Patience, Cancel);
        return (client.ExitCode, string.Concat(await output));
    }
}
