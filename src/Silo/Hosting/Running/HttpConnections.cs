using IoTOrleans.Events;
using IoTOrleans.Events.Machine;
using IoTOrleans.Grains.Logging;
using IoTOrleans.Silo.Api;
using IoTOrleans.Silo.Api.Fleet;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace IoTOrleans.Silo.Hosting.Running;

/// <summary>
/// Who may hold a connection to the HTTP port. One without a request that may be made is silent, whether its first request is still to
/// come, or it was answered, or it has no key. Kestrel itself counts all connections alike, and refuses the last one.
/// </summary>
internal sealed partial class HttpConnections(FileGauge files, EventMetrics metrics, TimeProvider time, ILogger<HttpConnections> logger)
{
    /// <summary>Enough for people, scrapers and gateways that pool connections.</summary>
    internal const int Most = 1000;

    /// <summary>
    /// From the opening of a connection, TLS included, to the end of its first headers. Kestrel's own limit for headers begins with their
    /// first byte, and answers 408: this one comes after it.
    /// </summary>
    internal static readonly TimeSpan FirstRequest = TimeSpan.FromSeconds(15);

    private readonly LogLimiter _evicted = new(time);
    private ConnectionBudget _budget = new(Most, Most);
    private int _mostStreams = Most;

    /// <summary>Called with the limits that are set: Kestrel's <c>MaxConcurrentConnections</c> is understood, and replaced.</summary>
    public void Bound(KestrelServerOptions kestrel)
    {
        var most = (int)Math.Min(kestrel.Limits.MaxConcurrentConnections ?? Most, int.MaxValue / 2);
        kestrel.Limits.MaxConcurrentConnections = null;
        _mostStreams = files.MostSilent(most, part: 4);
        _budget = new(files.MostSilent(most, part: 8), most, reserve: Math.Max(10, most / 10), _mostStreams);
        kestrel.ConfigureEndpointDefaults(listen => listen.Use(next => connection => Hold(connection, next)));
    }

    /// <summary>A request has come, of whomever.</summary>
    public static Task Notice(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<Held>() is { } held) held.HadRequest = true;
        return next(context);
    }

    /// <summary>
    /// Counts a connection as served while it has a request that may be made. All others leave it silent, and so does a health check, which
    /// needs no place.
    /// </summary>
    public async Task Admit(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<Held>() is not { } held || context.Request.Path.StartsWithSegments("/health"))
        {
            await next(context);
            return;
        }

        var isStream = context.Request.Path.StartsWithSegments(FleetApi.StreamPath);
        if (isStream ? _budget.TryStream(held.Place) : _budget.TryServe(held.Place))
        {
            context.Response.OnCompleted(() =>
            {
                if (isStream) _budget.EndStream(held.Place);
                else _budget.Rest(held.Place);
                return Task.CompletedTask;
            });
            await next(context);
            return;
        }

        metrics.HttpTurnedAway(isStream ? "streams" : "limit");
        context.Response.Headers.RetryAfter = isStream ? "30" : "2";
        if (HttpProtocol.IsHttp11(context.Request.Protocol)) context.Response.Headers.Connection = "close";
        await Problems.Write(context, StatusCodes.Status503ServiceUnavailable, "Busy", isStream
            ? $"{_mostStreams} streams are open at this silo, and no more fit: close pages that nobody looks at, or use another silo."
            : "All connections of this service are in use.");
    }

    internal async Task Hold(ConnectionContext connection, ConnectionDelegate next)
    {
        if (files.IsOneTooManyForHttp(connection.Features.Get<IConnectionSocketFeature>()?.Socket, _budget.EvictOne))
        {
            Close(connection, "files");
            return;
        }

        var held = new Held(_budget.Enter(connection.RemoteEndPoint, reason =>
        {
            if (_evicted.ShouldLog(out var more)) LogEvicted(connection.RemoteEndPoint, more);
            Close(connection, reason);
        }));
        connection.Features.Set(held);
        var late = time.CreateTimer(
            _ =>
            {
                if (!held.HadRequest) Close(connection, "no-request");
            },
            null, FirstRequest, Timeout.InfiniteTimeSpan);
        await using (late)
        {
            try
            {
                await next(connection);
            }
            finally
            {
                _budget.Leave(held.Place);
            }
        }
    }

    private void Close(ConnectionContext connection, string reason)
    {
        metrics.HttpTurnedAway(reason);
        connection.Abort();
    }

    [LoggerMessage(LogLevel.Warning,
        "Too many HTTP connections are open that have no request, so one of {Client} was closed for another one{More}")]
    private partial void LogEvicted(System.Net.EndPoint? client, string more);

    private sealed class Held(BudgetedConnection place)
    {
        public BudgetedConnection Place => place;

        public bool HadRequest { get; set; }
    }
}

internal static class HttpConnectionServices
{
    public static void AddHttpConnections(this IServiceCollection services)
    {
        services.AddFileGauge();
        services.AddSingleton<HttpConnections>();
        services.Configure<SocketTransportOptions>(sockets => sockets.Backlog = ListenPort.Backlog);
        services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);

            // Load balancers use a connection again for up to 60 s, and take one that we closed for an error.
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(75);
        });
        services.AddOptions<KestrelServerOptions>().PostConfigure<HttpConnections>((kestrel, connections) => connections.Bound(kestrel));
    }
}
