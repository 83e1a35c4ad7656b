using System.Net.Http.Headers;
using System.Text;
using IoTOrleans.Events;
using IoTOrleans.Events.Machine;
using IoTOrleans.Silo.Api;
using IoTOrleans.Silo.Api.Access;
using IoTOrleans.Silo.Hosting.Composition;
using IoTOrleans.Silo.Hosting.Running;
using IoTOrleans.Silo.Tests.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Api.Access;

/// <summary>The service's own doors, with a few rooms behind them and a clock that the test moves.</summary>
internal sealed class Doors : IAsyncDisposable
{
    internal const string Key = "0123456789abcdef";
    internal const string ReadOnlyKey = "fedcba9876543210";

    /// <summary>With a request; loopback has ten more.</summary>
    internal const int MostConnections = 20;

    private readonly SemaphoreSlim _inside = new(0);
    private WebApplication _app = null!;

    public FakeTimeProvider Time { get; } = new();

    public RecordingLogger<FailedTries> Tries { get; } = new();

    public RecordingLogger<KeyRing> Ring { get; } = new();

    public TaskCompletionSource EventsDone { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public HttpClient Http { get; private set; } = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<Doors> Open(params (string Setting, string Value)[] settings)
    {
        var doors = new Doors();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(doors.Time);
        builder.Services.AddSingleton<ILogger<FailedTries>>(doors.Tries);
        builder.Services.AddSingleton<ILogger<KeyRing>>(doors.Ring);
        builder.Services.AddReadyCheck(
            "reminders", (_, _) => Task.FromResult(HealthCheckResult.Degraded("the table MyReminders at 10.1.2.3 is slow")));
        builder.AddAccess(Configured.ReadAll(settings));
        builder.Services.AddProblemDetails().AddResponseCompression().AddSingleton<EventMetrics>().AddSingleton<Reception>()
            .AddHttpConnections();
        builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MaxConcurrentConnections = MostConnections);
        doors._app = builder.Build();
        doors._app.UseDoors();
        doors._app.MapHealth();
        doors._app.MapGet("/", (HttpContext context) => Caller.NameOf(context) ?? "nobody");
        doors._app.MapGet("/devices/{thing}", () => "");
        doors._app.MapPut("/devices/{thing}", () => "");
        doors._app.MapPost("/events", () =>
        {
            doors._inside.Release();
            return doors.EventsDone.Task;
        });
        await doors._app.StartAsync(Cancel);
        doors.Http = new HttpClient { BaseAddress = new Uri(doors._app.Urls.Single()) };
        return doors;
    }

    /// <summary>A request with events has come in.</summary>
    public async Task OneMoreWaits() => (await _inside.WaitAsync(TimeSpan.FromSeconds(30), Cancel)).ShouldBeTrue();

    public static AuthenticationHeaderValue Bearer(string key) => new("Bearer", key);

    public static AuthenticationHeaderValue Basic(string user, string key) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{key}")));

    public Task<HttpResponseMessage> Get(
        string path, AuthenticationHeaderValue? authorization = null, params (string Name, string Value)[] headers) =>
        Send(HttpMethod.Get, path, authorization, headers);

    public async Task<HttpResponseMessage> Send(
        HttpMethod method, string path, AuthenticationHeaderValue? authorization = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = authorization;
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await Http.SendAsync(request, Cancel);
    }

    public async Task<string> NameOf(AuthenticationHeaderValue? authorization, params (string Name, string Value)[] headers)
    {
        using var response = await Get("/", authorization, headers);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsStringAsync(Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        EventsDone.TrySetResult();
        Http.Dispose();
        _inside.Dispose();
        await _app.DisposeAsync();
    }
}
