using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using IoTOrleans.Events;
using IoTOrleans.Events.Machine;
using IoTOrleans.Grains.Policies;
using IoTOrleans.Silo.Api.Events;
using IoTOrleans.Silo.Hosting.Composition;
using IoTOrleans.Silo.Tests.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NSubstitute;
using Xunit;

namespace IoTOrleans.Silo.Tests.Api.Events;

/// <summary><c>POST /events</c> behind the service's own doors, with memory and a sink of the test.</summary>
internal sealed class EventsHost(WebApplication app) : IAsyncDisposable
{
    private readonly List<Socket> _slow = [];

    public HttpClient Http { get; } = new() { BaseAddress = new Uri(app.Urls.Single()) };

    public IServiceProvider Services => app.Services;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<EventsHost> Start(MemoryGauge memory, IConnectionChangeSink sink, Action<IServiceCollection>? also = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();

        // A slow body may stay as long as the test.
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MinRequestBodyDataRate = null);
        builder.AddAccess(Configured.ReadAll());
        builder.Services.AddProblemDetails().AddSingleton(TimeProvider.System).AddSingleton(memory).AddSingleton(sink)
            .AddSingleton<EventsLog>().AddSingleton(_ => EventsApi.Gate()).AddSingleton(new ThingFilter([], []))
            .AddSingleton(provider => new ThingLimit(
                0, Substitute.For<IKnownThings>(), provider.GetRequiredService<ILogger<ThingLimit>>()))
            .AddEvidence();
        also?.Invoke(builder.Services);
        var app = builder.Build();
        app.UseAccess();
        app.MapEvents();
        await app.StartAsync(Cancel);
        return new(app);
    }

    public Task<HttpResponseMessage> Post(object events) => Http.PostAsJsonAsync("/events", events, Cancel);

    /// <summary>A request whose body does not come. Kestrel says so when somebody reads it.</summary>
    public async Task BeginToUpload()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _slow.Add(socket);
        await socket.ConnectAsync(IPAddress.Loopback, Http.BaseAddress!.Port, Cancel);
        await socket.SendAsync("POST /events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n"u8
            .ToArray(), Cancel);
        await socket.SendAsync("Expect: 100-continue\r\n\r\n"u8.ToArray(), Cancel);
        await socket.ReceiveAsync(new byte[100], Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var socket in _slow) socket.Dispose();
        Http.Dispose();
        await app.DisposeAsync();
    }
}
