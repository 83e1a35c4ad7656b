using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using IoTOrleans.Testing.Emulators;
using IoTOrleans.Testing.Processes;

namespace IoTOrleans.Fleet;

/// <summary>The service as users start it: a process of its own, in a folder of its own.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("fleet-").FullName;
    private readonly Dictionary<string, string> _settings;
    private Process _process = null!;

    private ServiceProcess(Dictionary<string, string> settings)
    {
        _settings = settings;
        Http = new HttpClient { BaseAddress = new Uri(settings["ASPNETCORE_URLS"]), Timeout = TimeSpan.FromMinutes(10) };
    }

    public HttpClient Http { get; }

    /// <summary>Resident, in bytes.</summary>
    public long Memory => ReadMemory();

    /// <param name="provider">As <c>Storage:Provider</c>.</param>
    public static async Task<ServiceProcess> Start(string provider, params (string Key, string Value)[] more)
    {
        var settings = new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{FreePort.Next()}",
            ["Orleans__Endpoints__SiloPort"] = Text(FreePort.Next()),
            ["Storage__Provider"] = provider,
            ["Events__Mqtt__Listen__Port"] = "0",
            ["Events__Http__Enabled"] = "true",
            ["Verify__With"] = "none",
            ["AWS_REGION"] = Fauxqs.Region,
            ["AWS_ACCESS_KEY_ID"] = "test",
            ["AWS_SECRET_ACCESS_KEY"] = "test",
        };
        if (provider == "DynamoDB")
        {
            settings["AWS_ENDPOINT_URL_DYNAMODB"] = (await DynamoDBLocal.Get()).Endpoint.ToString();
            settings["Storage__DynamoDB__TablePrefix"] = Fauxqs.NewName();
            settings["Orleans__Endpoints__AdvertisedIPAddress"] = "127.0.0.1";
        }

        foreach (var (key, value) in more) settings[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        var service = new ServiceProcess(settings);
        service.Launch();
        await service.Ready();
        return service;
    }

    /// <summary>In batches of 500, eight at once, each until it is taken.</summary>
    public Task Post(IEnumerable<string> things, bool connected) => Parallel.ForEachAsync(
        things.Chunk(500), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (batch, cancel) =>
        {
            var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
            var events = batch.Select(name => new { thingName = name, connected, timestamp = now }).ToList();
            while (true)
            {
                using var response = await Http.PostAsJsonAsync("/events", events, cancel);
                if (response.IsSuccessStatusCode) return;
                if ((int)response.StatusCode is not (429 or 503))
                    throw new InvalidOperationException(await response.Content.ReadAsStringAsync(cancel));
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancel);
            }
        });

    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Once more, with what it has stored.</summary>
    public void Launch()
    {
        _process = Process.Start(SiloProgram.In(_folder, _settings))!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!_process.HasExited) await Kill();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task Ready() => await Waiting.Until(
        async () =>
        {
            if (_process.HasExited) throw new InvalidOperationException($"The service ended with {_process.ExitCode}.");
            try
            {
                using var response = await Http.GetAsync("/health/ready");
                return response.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }, Patience);

    private long ReadMemory()
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith("VmRSS", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
