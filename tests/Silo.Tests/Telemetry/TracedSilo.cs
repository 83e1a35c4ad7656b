using System.Net.Http.Headers;
using IoTOrleans.Silo.Tests.Api.Access;
using IoTOrleans.Testing.Http;
using IoTOrleans.Testing.Telemetry;
using Xunit;

namespace IoTOrleans.Silo.Tests.Telemetry;

/// <summary>One silo with keys, its broker, a webhook and a receiver of OTLP; its log is JSON.</summary>
public sealed class TracedSilo : IAsyncLifetime
{
    internal SiloProcess Silo { get; private set; } = null!;

    internal OtlpReceiver Otlp { get; private set; } = null!;

    internal HttpStub Webhook { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Otlp = await OtlpReceiver.Start();
        Webhook = await HttpStub.Start(new StubAnswer(204));
        Silo = await SiloProcess.Start(
            ("Presence:Grace", "1s"), ("Presence:SettleTime", "0"), ("Presence:RecoveryHold", "0"), ("Presence:Policies:0:Match", "many-*"),
            ("Presence:Policies:0:Grace", "1h"), ("Auth:ApiKey", Doors.Key), ("Auth:ReadOnlyKey", Doors.ReadOnlyKey),
            ("Notifications:Destinations:hook:Type", "webhook"), ("Notifications:Destinations:hook:Url", $"{Webhook.Address}hook"),
            ("Notifications:Destinations:terminal:Type", "console"), ("Logging:Console:FormatterName", "json"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", Otlp.Endpoint.ToString()), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_BSP_SCHEDULE_DELAY", "200"), ("OTEL_BLRP_SCHEDULE_DELAY", "200"), ("OTEL_METRIC_EXPORT_INTERVAL", "1000"));
        Silo.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Doors.Key);
    }

    public async ValueTask DisposeAsync()
    {
        await Silo.DisposeAsync();
        await Webhook.DisposeAsync();
        Otlp.Dispose();
    }
}
