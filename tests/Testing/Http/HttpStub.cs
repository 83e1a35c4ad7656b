using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IoTOrleans.Testing.Http;

/// <summary>An HTTP server on loopback that answers as told and remembers what it was asked.</summary>
public sealed class HttpStub : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<RecordedRequest> _requests = new();

    private HttpStub(WebApplication app) => _app = app;

    public Uri Address =>
        new(_app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());

    /// <summary>Everything asked so far, oldest first.</summary>
    public IReadOnlyList<RecordedRequest> Requests => [.. _requests];

    /// <summary>Answers the nth request with the nth answer, and with the last one from then on.</summary>
    public static Task<HttpStub> Start(params StubAnswer[] answers)
    {
        var asked = -1;
        return Start((_, _) => Task.FromResult(answers[Math.Min(Interlocked.Increment(ref asked), answers.Length - 1)]));
    }

    /// <summary>Takes the request and never answers, until the caller hangs up.</summary>
    public static Task<HttpStub> StartSilent() => Start(async (_, aborted) =>
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, aborted);
        throw new InvalidOperationException("Waited for ever.");
    });

    public static async Task<HttpStub> Start(Func<RecordedRequest, CancellationToken, Task<StubAnswer>> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(
            kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1));
        var stub = new HttpStub(builder.Build());
        stub._app.Run(context => stub.Handle(context, answer));
        await stub._app.StartAsync();
        return stub;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task Handle(HttpContext context, Func<RecordedRequest, CancellationToken, Task<StubAnswer>> answer)
    {
        var request = await RecordedRequest.Of(context);
        _requests.Enqueue(request);
        StubAnswer reply;
        try
        {
            reply = await answer(request, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        await Write(context, reply);
    }

    internal static async Task Write(HttpContext context, StubAnswer answer)
    {
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = answer.ContentType;
        foreach (var (name, value) in answer.Headers) context.Response.Headers[name] = value;
        await context.Response.WriteAsync(answer.Body, context.RequestAborted);
    }
}
