using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IoTOrleans.Testing.Http;

/// <summary>
/// A network between a client and a service that does what networks and AWS do now and then. What it carries, it carries unchanged.
/// </summary>
public sealed class FaultyProxy : IAsyncDisposable
{
    /// <summary>Between two machines only; they say how this one connection is used, not what is sent.</summary>
    private static readonly HashSet<string> OfTheConnection = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Transfer-Encoding", "Content-Length", "Expect", "Host", "Upgrade",
    };

    private readonly ConcurrentDictionary<HttpContext, bool> _underWay = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private readonly WebApplication _app;
    private readonly Uri _target;
    private readonly Func<RecordedRequest, Trouble> _meet;
    private readonly Action<Exchange>? _seen;

    private FaultyProxy(WebApplication app, Uri target, Func<RecordedRequest, Trouble> meet, Action<Exchange>? seen) =>
        (_app, _target, _meet, _seen) = (app, target, meet, seen);

    public Uri Address =>
        new(_app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());

    /// <param name="meet">What each request meets with.</param>
    /// <param name="seen">Each request that reached the service, as soon as that has answered.</param>
    public static async Task<FaultyProxy> To(Uri target, Func<RecordedRequest, Trouble> meet, Action<Exchange>? seen = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(
            kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1));
        var proxy = new FaultyProxy(builder.Build(), target, meet, seen);
        proxy._app.Run(proxy.Carry);
        await proxy._app.StartAsync();
        return proxy;
    }

    /// <summary>Breaks every connection on which a request is under way.</summary>
    public void CutAll()
    {
        foreach (var context in _underWay.Keys) Cut(context);
    }

    public async ValueTask DisposeAsync()
    {
        CutAll();
        await _app.DisposeAsync();
        _http.Dispose();
    }

    private async Task Carry(HttpContext context)
    {
        _underWay[context] = true;
        try
        {
            var request = await RecordedRequest.Of(context);
            await Carry(context, request, _meet(request));
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or HttpRequestException)
        {
            // The client has hung up, or the service has, or the proxy itself: the one is told of the other.
            context.Abort();
        }
        finally
        {
            _underWay.TryRemove(context, out _);
        }
    }

    private async Task Carry(HttpContext context, RecordedRequest request, Trouble trouble)
    {
        var gone = context.RequestAborted;
        switch (trouble.Kind)
        {
            case TroubleKind.LoseRequest:
                Cut(context);
                return;
            case TroubleKind.Hang:
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, gone);
                return;
            case TroubleKind.Refuse:
                await HttpStub.Write(context, trouble.Answer!);
                return;
        }

        using var impatient = CancellationTokenSource.CreateLinkedTokenSource(gone);
        if (trouble.Kind == TroubleKind.CutWhenIdle) impatient.CancelAfter(trouble.Delay);
        using var response = await Ask(request, impatient.Token);
        var body = await response.Content.ReadAsByteArrayAsync(gone);
        _seen?.Invoke(new Exchange(request, (int)response.StatusCode, body, Arrives: trouble.Kind != TroubleKind.LoseAnswer));
        if (trouble.Kind == TroubleKind.LoseAnswer)
        {
            Cut(context);
            return;
        }

        if (trouble.Delay > TimeSpan.Zero) await Task.Delay(trouble.Delay, TimeProvider.System, gone);
        await Answer(context, response, body);
    }

    private async Task<HttpResponseMessage> Ask(RecordedRequest request, CancellationToken gone)
    {
        using var asked = new HttpRequestMessage(new HttpMethod(request.Method), _target.GetLeftPart(UriPartial.Authority) + request.Target);
        if (!request.Body.IsEmpty) asked.Content = new ReadOnlyMemoryContent(request.Body);
        foreach (var (name, value) in request.Headers.Where(header => !OfTheConnection.Contains(header.Key)))
        {
            if (!asked.Headers.TryAddWithoutValidation(name, value)) asked.Content?.Headers.TryAddWithoutValidation(name, value);
        }

        // As the client said it: it is part of what AWS signatures sign.
        asked.Headers.Host = request.Headers["Host"];
        return await _http.SendAsync(asked, gone);
    }

    private static async Task Answer(HttpContext context, HttpResponseMessage response, byte[] body)
    {
        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers)
            .Where(header => !OfTheConnection.Contains(header.Key)))
            context.Response.Headers[name] = values.ToArray();
        if (body.Length > 0) await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    /// <summary>A reset, not a goodbye.</summary>
    private static void Cut(HttpContext context)
    {
        try
        {
            if (context.Features.Get<IConnectionSocketFeature>() is { } connection)
                connection.Socket.LingerState = new(enable: true, seconds: 0);
            context.Abort();
        }
        catch (ObjectDisposedException)
        {
            // Answered in this very moment.
        }
    }
}

/// <summary>A request that reached the service, and what that said.</summary>
/// <param name="Arrives">False: the client never gets this answer.</param>
public sealed record Exchange(RecordedRequest Request, int Status, ReadOnlyMemory<byte> Answer, bool Arrives);
