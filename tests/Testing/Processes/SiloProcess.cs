using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;

namespace IoTOrleans.Testing.Processes;

/// <summary>The program itself, as a user starts it: settings from the environment, a folder of its own, real ports.</summary>
public sealed class SiloProcess : IAsyncDisposable
{
    public static readonly TimeSpan Patience = Eventually.Patience;

    /// <summary>It lives for seconds: recompiling what is hot costs more than it saves (4.8 s of CPU instead of 2.9 s for a start).</summary>
    private static readonly (string Name, string Value)[] ShortLived =
    [
        ("DOTNET_TieredPGO", "0"), ("DOTNET_TC_BackgroundWorkerTimeoutMs", "0"), ("DOTNET_TC_CallCountThreshold", "1000"),
    ];

    private readonly ConcurrentQueue<string> _output = new();
    private readonly Dictionary<string, string> _environment;
    private string[] _under = [];
    private Process _process = null!;

    private SiloProcess(string folder, Dictionary<string, string> environment)
    {
        Folder = folder;
        _environment = environment;
    }

    public string Folder { get; }

    public int HttpPort { get; } = FreePort.Next();

    public int MqttPort { get; } = FreePort.Next();

    public int SiloPort { get; } = FreePort.Next();

    public int ProcessId => _process.Id;

    public HttpClient Http { get; private set; } = null!;

    public IReadOnlyList<string> Output => [.. _output];

    public string AllOutput => string.Join(Environment.NewLine, _output);

    /// <summary>The start-up text and the log come line by line: what follows the line that was waited for may be on its way.</summary>
    public Task Says(string text) => Until(() => AllOutput.Contains(text, StringComparison.OrdinalIgnoreCase), $"the words '{text}'");

    /// <summary>What a failed test shows is the lines themselves.</summary>
    public void HasNoLineWith(string text) =>
        Output.Where(line => line.Contains(text, StringComparison.OrdinalIgnoreCase)).ShouldBeEmpty();

    /// <summary>Starts it and waits until it says where to look.</summary>
    public static Task<SiloProcess> Start(params (string Setting, string Value)[] settings) => StartUnder([], settings);

    /// <param name="under">A command that runs another one: <c>prlimit</c>, <c>setpriv</c>.</param>
    public static Task<SiloProcess> StartUnder(string[] under, params (string Setting, string Value)[] settings) =>
        StartIn(_ => { }, under, settings);

    /// <inheritdoc cref="FailIn"/>
    public static async Task<SiloProcess> StartIn(
        Action<string> prepare, string[]? under = null, params (string Setting, string Value)[] settings)
    {
        var silo = Prepare(settings);
        silo._under = under ?? [];
        prepare(silo.Folder);
        try
        {
            await silo.Run();
            return silo;
        }
        catch
        {
            await silo.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it, and waits for nothing.</summary>
    public static SiloProcess Begin(params (string Setting, string Value)[] settings) => BeginUnder([], settings);

    /// <inheritdoc cref="StartUnder"/>
    public static SiloProcess BeginUnder(string[] under, params (string Setting, string Value)[] settings)
    {
        var silo = Prepare(settings);
        silo._under = under;
        silo.Launch();
        return silo;
    }

    /// <summary>Runs it to its end, which should be an early one.</summary>
    public static Task<(int ExitCode, string Output)> Fail(params (string Setting, string Value)[] settings) => FailUnder([], settings);

    /// <inheritdoc cref="StartUnder"/>
    public static Task<(int ExitCode, string Output)> FailUnder(string[] under, params (string Setting, string Value)[] settings) =>
        FailIn(_ => { }, under, settings);

    /// <param name="prepare">What lies in the folder that it is started from.</param>
    public static async Task<(int ExitCode, string Output)> FailIn(Action<string> prepare, string[]? under = null,
        params (string Setting, string Value)[] settings)
    {
        await using var silo = Prepare(settings);
        silo._under = under ?? [];
        prepare(silo.Folder);
        silo.Launch();
        await silo._process.WaitForExitAsync().WaitAsync(Patience);
        return (silo._process.ExitCode, silo.AllOutput);
    }

    public async Task Run()
    {
        Launch();
        await Until(() => Output.Any(line => line.Contains("is watching", StringComparison.Ordinal)) || _process.HasExited,
            "the start-up text");
        _process.HasExited.ShouldBeFalse(AllOutput);
    }

    public Task Kill() => End("-KILL");

    /// <summary>It ends by itself.</summary>
    public async Task<int> Exit()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    /// <summary>SIGTERM, and what it came to.</summary>
    public async Task<int> Terminate()
    {
        await End("-TERM");
        return _process.ExitCode;
    }

    public async Task<JsonElement> Device(string thingName) =>
        await Http.GetFromJsonAsync<JsonElement>($"/devices/{Uri.EscapeDataString(thingName)}");

    public async Task<string?> Status(string thingName)
    {
        using var response = await Http.GetAsync($"/devices/{Uri.EscapeDataString(thingName)}");
        if (response.StatusCode == HttpStatusCode.NotFound) return null;
        if (response.StatusCode == HttpStatusCode.ServiceUnavailable) return "nobody can say";
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("status").GetString();
    }

    public async Task<HttpResponseMessage> Post(object events) => await Http.PostAsJsonAsync("/events", events);

    /// <summary>As a sender does that wants nothing lost: what was answered with 503 is sent again.</summary>
    public Task PostUntilTaken(object events) => Until(
        async () =>
        {
            using var response = await Post(events);
            if (response.StatusCode == HttpStatusCode.ServiceUnavailable) return false;
            response.StatusCode.ShouldBe(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
            return true;
        },
        "the events to be taken",
        TimeSpan.FromMinutes(2));

    public Task UntilStatus(string thingName, string status) =>
        Until(async () => await Status(thingName) == status, $"{thingName} is {status}");

    /// <summary>How often a notification with this first line was printed on the console.</summary>
    public int Printed(string beginsWith) => Output.Count(line => line.StartsWith(beginsWith, StringComparison.Ordinal));

    public Task Until(Func<bool> condition, string what, TimeSpan? patience = null) =>
        Until(() => Task.FromResult(condition()), what, patience);

    public Task Until(Func<Task<bool>> condition, string what, TimeSpan? patience = null) =>
        Eventually.Is(condition, what, () => AllOutput, patience);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await Kill();
        _process.Dispose();
        Http.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static SiloProcess Prepare((string Setting, string Value)[] settings)
    {
        var silo = new SiloProcess(Directory.CreateTempSubdirectory("iot-orleans-").FullName, []);
        silo._environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{silo.HttpPort}";
        silo._environment["Events__Mqtt__Listen__Port"] = silo.MqttPort.ToString(CultureInfo.InvariantCulture);
        silo._environment["Orleans__Endpoints__SiloPort"] = silo.SiloPort.ToString(CultureInfo.InvariantCulture);
        foreach (var (setting, value) in settings) silo._environment[setting.Replace(":", "__", StringComparison.Ordinal)] = value;
        silo.Http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{silo.HttpPort}") };
        return silo;
    }

    private void Launch()
    {
        _process = new Process { StartInfo = SiloProgram.In(Folder, _environment, _under) };
        foreach (var (name, value) in ShortLived) _process.StartInfo.Environment.TryAdd(name, value);
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _output.Clear();
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void Keep(string? line)
    {
        if (line is not null) _output.Enqueue(line);
    }

    public Task Signal(string signal) => _process.Signal(signal);

    private async Task End(string signal)
    {
        await Signal(signal);
        await _process.WaitForExitAsync().WaitAsync(Patience);
    }
}
