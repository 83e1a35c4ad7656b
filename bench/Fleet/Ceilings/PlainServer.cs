using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IoTOrleans.Fleet.Ceilings;

/// <summary><c>POST /events</c> and <c>GET /devices/…</c> by ASP.NET Core and a store, and nothing else.</summary>
internal sealed class PlainServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private PlainServer(WebApplication app)
    {
        _app = app;
        var address = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();

        // An emulator of DynamoDB takes minutes for what eight requests bring at once.
        Http = new HttpClient { BaseAddress = new(address), Timeout = TimeSpan.FromMinutes(10) };
    }

    public HttpClient Http { get; }

    public static async Task<PlainServer> Start(IPlainStore store)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.MapPost("/events", async (HttpRequest request) =>
        {
            var events = await request.ReadFromJsonAsync<PlainEvent[]>() ?? [];
            await Task.WhenAll(events.Select(one => Take(store, one)));
            return Results.StatusCode(StatusCodes.Status202Accepted);
        });
        app.MapGet("/devices/{name}", async (string name) =>
            await store.Read(name) is { } body ? Results.Bytes(body, "application/json") : Results.NotFound());
        await app.StartAsync();
        return new(app);
    }

    /// <summary>One event, read and written as one grain does.</summary>
    public static async Task Take(IPlainStore store, PlainEvent one)
    {
        _ = await store.Read(one.ThingName);
        await store.Write(one.ThingName, JsonSerializer.SerializeToUtf8Bytes(one));
    }

    public Task Post(IEnumerable<string> things, bool connected) => Parallel.ForEachAsync(
        things.Chunk(500), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (batch, cancel) =>
        {
            var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
            using var response = await Http.PostAsJsonAsync("/events", batch.Select(name => new PlainEvent(name, connected, now)), cancel);
            response.EnsureSuccessStatusCode();
        });

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }
}

internal sealed record PlainEvent(string ThingName, bool Connected, double Timestamp);
