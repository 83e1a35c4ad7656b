using System.Net.Http.Headers;
using System.Text.Json;
using IoTOrleans.Silo.Tests.Api.Access;
using IoTOrleans.Testing.Http;
using IoTOrleans.Testing.Services;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd.Monitoring;

/// <summary>
/// One silo with keys and its broker, Debian's Prometheus that scrapes it as deploy/monitoring says, and Debian's Alertmanager.
/// </summary>
public sealed class MonitoredSilo : IAsyncLifetime
{
    private readonly PackagedServer _prometheus = new("prometheus", "prometheus");

    internal SiloProcess Silo { get; private set; } = null!;

    internal RealAlertmanager Alertmanager { get; private set; } = null!;

    internal HttpStub Webhook { get; private set; } = null!;

    internal IReadOnlyList<string> PrometheusLog => _prometheus.Output;

    public async ValueTask InitializeAsync()
    {
        Webhook = await HttpStub.Start(new StubAnswer(204));
        Alertmanager = await RealAlertmanager.Start();
        Silo = await SiloProcess.Start(
            ("Presence:Grace", "1s"), ("Presence:SettleTime", "0"), ("Presence:RecoveryHold", "0"), ("Presence:Policies:0:Match", "slow-*"),
            ("Presence:Policies:0:Grace", "1h"), ("Auth:ApiKey", Doors.Key), ("Auth:ReadOnlyKey", Doors.ReadOnlyKey),
            ("Notifications:Destinations:hook:Type", "webhook"), ("Notifications:Destinations:hook:Url", $"{Webhook.Address}hook"),
            ("Notifications:Destinations:alerts:Type", "alertmanager"),
            ("Notifications:Destinations:alerts:Url", Alertmanager.Address.ToString()));
        Silo.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Doors.Key);

        MonitoringFiles.CopyTo(
            _prometheus.Folder, Doors.ReadOnlyKey, ("127.0.0.1:8080", $"127.0.0.1:{Silo.HttpPort}"),
            ("scrape_interval: 15s", "scrape_interval: 3s"), ("evaluation_interval: 15s", "evaluation_interval: 1s"));
        await _prometheus.Run("--config.file=prometheus.yml", "--storage.tsdb.path=data", "--log.level=debug");
    }

    public async ValueTask DisposeAsync()
    {
        await _prometheus.DisposeAsync();
        if (Silo is not null) await Silo.DisposeAsync();
        if (Alertmanager is not null) await Alertmanager.DisposeAsync();
        if (Webhook is not null) await Webhook.DisposeAsync();
    }

    /// <summary>An answer of Prometheus' HTTP API.</summary>
    internal async Task<JsonElement> Ask(string path)
    {
        using var response = await _prometheus.Http.GetAsync(path);
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return body.RootElement.GetProperty("status").GetString() == "success" ? body.RootElement.GetProperty("data").Clone()
            : throw new InvalidOperationException($"{path}: {body.RootElement}");
    }

    /// <returns>The labels and the value of each series.</returns>
    internal async Task<IReadOnlyList<JsonElement>> Query(string expression) =>
        [.. (await Ask($"/api/v1/query?query={Uri.EscapeDataString(expression)}")).GetProperty("result").EnumerateArray()];

    internal Task Until(Func<Task<bool>> condition, string what) => _prometheus.Until(condition, what);
}
