using System.Text.Json;
using IoTOrleans.Testing.Http;
using IoTOrleans.Testing.Processes;

namespace IoTOrleans.Testing.Services;

/// <summary>Debian's Alertmanager, which forgets after 1 s what carries no end, and tells a pager.</summary>
public sealed class RealAlertmanager : IAsyncDisposable
{
    private static readonly string[] Arguments =
        ["--config.file=alertmanager.yml", "--storage.path=data", "--cluster.listen-address="];

    private readonly PackagedServer _server = new("prometheus-alertmanager", "prometheus-alertmanager");

    public Uri Address => _server.Http.BaseAddress!;

    public HttpStub Pager { get; private set; } = null!;

    /// <summary>Skips the running test where it is missing (and fails it in CI).</summary>
    public static async Task<RealAlertmanager> Start()
    {
        var one = new RealAlertmanager { Pager = await HttpStub.Start(new StubAnswer(200)) };
        try
        {
            await File.WriteAllTextAsync(
                Path.Combine(one._server.Folder, "alertmanager.yml"),
                $$"""
                global: { resolve_timeout: 1s }
                route: { receiver: pager, group_by: ["..."], group_wait: 0s, group_interval: 1s, repeat_interval: 1h }
                receivers: [{ name: pager, webhook_configs: [{ url: "{{one.Pager.Address}}" }] }]
                """);
            await one._server.Run(Arguments);
            return one;
        }
        catch
        {
            await one.DisposeAsync();
            throw;
        }
    }

    /// <summary>Killed and started again: it has forgotten every alert.</summary>
    public async Task Restart()
    {
        await _server.Kill();
        await _server.Run(Arguments);
    }

    /// <returns>The alerts of one name that it shows: those that are not over.</returns>
    public async Task<IReadOnlyList<JsonElement>> Shown(string alertname)
    {
        await using var answer = await _server.Http.GetStreamAsync($"/api/v2/alerts?filter=alertname%3D%22{alertname}%22");
        using var alerts = await JsonDocument.ParseAsync(answer);
        return [.. alerts.RootElement.EnumerateArray().Select(alert => alert.Clone())];
    }

    /// <summary>Waits for longer than <c>resolve_timeout</c>: an alert of somebody else that nobody repeats comes and goes.</summary>
    public async Task OutlastResolveTimeout()
    {
        using var body = new StringContent("""[{"labels":{"alertname":"Forgotten"}}]""", null, "application/json");
        using var answer = await _server.Http.PostAsync("/api/v2/alerts", body);
        answer.EnsureSuccessStatusCode();
        await Until(async () => (await Shown("Forgotten")).Count == 0, "resolve_timeout");
    }

    /// <summary>Whether the pager was told so of an alert with this value of a label.</summary>
    public bool Paged(string status, string label) => Pager.Requests.Any(request =>
        request.Text.Contains($"\"status\":\"{status}\"", StringComparison.Ordinal)
        && request.Text.Contains($"\"{label}\"", StringComparison.Ordinal));

    public Task Until(Func<bool> condition, string what) => Until(() => Task.FromResult(condition()), what);

    public Task Until(Func<Task<bool>> condition, string what) => _server.Until(condition, what);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await Pager.DisposeAsync();
    }
}
