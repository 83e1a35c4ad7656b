using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using IoTOrleans.Testing.Emulators;

namespace IoTOrleans.Testing.Telemetry;

/// <summary>
/// Takes OTLP over HTTP and decodes it with the code that OpenTelemetry generates from its own .proto files (npm
/// <c>@opentelemetry/otlp-transformer</c>).
/// </summary>
public sealed class OtlpReceiver : IDisposable
{
    // The receiver ends when this end of its standard input closes.
    private readonly Process _process;
    private readonly HttpClient _http;

    private OtlpReceiver(Process process, Uri endpoint)
    {
        (_process, Endpoint) = (process, endpoint);
        _http = new() { BaseAddress = endpoint };
    }

    /// <summary>For <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, with <c>OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf</c>.</summary>
    public Uri Endpoint { get; }

    /// <summary>Skips the running test where Node.js is missing (and fails it in CI).</summary>
    public static async Task<OtlpReceiver> Start()
    {
        var folder = await NpmPackages.Get(Path.Combine("tests", "Testing", "Telemetry", "npm"));
        var start = new ProcessStartInfo("node", ["otlp.mjs"])
        {
            WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true,
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException("node did not start.");
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1), TimeProvider.System);
        return new(process, new Uri((await process.StandardOutput.ReadLineAsync(limit.Token))!));
    }

    public async Task<IReadOnlyList<Span>> Spans()
    {
        var received = await _http.GetFromJsonAsync<JsonElement>("/");
        return
        [
            .. from request in received.GetProperty("/v1/traces").EnumerateArray()
               from resource in request.GetProperty("resourceSpans").EnumerateArray()
               from scope in resource.GetProperty("scopeSpans").EnumerateArray()
               from span in scope.GetProperty("spans").EnumerateArray()
               let source = scope.GetProperty("scope").GetProperty("name").GetString()!
               select new Span(source, span, Attributes(resource.GetProperty("resource"))),
        ];
    }

    public async Task<IReadOnlyList<JsonElement>> Logs()
    {
        var received = await _http.GetFromJsonAsync<JsonElement>("/");
        return
        [
            .. from request in received.GetProperty("/v1/logs").EnumerateArray()
               from resource in request.GetProperty("resourceLogs").EnumerateArray()
               from scope in resource.GetProperty("scopeLogs").EnumerateArray()
               from log in scope.GetProperty("logRecords").EnumerateArray()
               select log,
        ];
    }

    /// <summary>The names of all metrics so far.</summary>
    public async Task<IReadOnlySet<string>> Metrics()
    {
        var received = await _http.GetFromJsonAsync<JsonElement>("/");
        return (from request in received.GetProperty("/v1/metrics").EnumerateArray()
                from resource in request.GetProperty("resourceMetrics").EnumerateArray()
                from scope in resource.GetProperty("scopeMetrics").EnumerateArray()
                from metric in scope.GetProperty("metrics").EnumerateArray()
                select metric.GetProperty("name").GetString()!).ToHashSet();
    }

    public void Dispose()
    {
        _http.Dispose();
        _process.Kill();
        _process.Dispose();
    }

    internal static IReadOnlyDictionary<string, string> Attributes(JsonElement of) => of.GetProperty("attributes").EnumerateArray()
        .ToDictionary(
            one => one.GetProperty("key").GetString()!,
            one => one.GetProperty("value").EnumerateObject().FirstOrDefault().Value.ToString());
}

/// <summary>A span as it was sent.</summary>
/// <param name="Source">The name of its instrumentation scope.</param>
public sealed record Span(string Source, JsonElement Sent, IReadOnlyDictionary<string, string> Resource)
{
    public string Name => Text("name");

    public string Kind => Text("kind");

    public string TraceId => Text("traceId");

    public string SpanId => Text("spanId");

    /// <summary>Empty: it is a root.</summary>
    public string ParentId => Text("parentSpanId");

    public IReadOnlyDictionary<string, string> Attributes => OtlpReceiver.Attributes(Sent);

    public IReadOnlyList<string> LinkedSpans =>
        [.. Sent.GetProperty("links").EnumerateArray().Select(link => link.GetProperty("spanId").GetString()!)];

    private string Text(string name) => Sent.GetProperty(name) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";
}
