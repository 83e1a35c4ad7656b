using IoTOrleans.Events;
using IoTOrleans.Silo.Api.Access;
using Microsoft.AspNetCore.Connections.Features;

namespace IoTOrleans.Silo.Api.Fleet;

/// <summary>
/// <c>GET /fleet/stream</c>: one stream for each reader. No reader has a queue: what comes next is made when it has taken what came before.
/// So a slow one costs no memory, keeps nobody waiting, and hears less often of what has changed meanwhile.
/// </summary>
internal sealed class FleetStreams(
    FleetFeed feed, WatchedThings watched, AuthSettings auth, KeyRing keys, EventMetrics metrics, IHostApplicationLifetime lifetime,
    TimeProvider time)
{
    /// <summary>At most so often, each with all events that there are.</summary>
    internal static readonly TimeSpan FrameEvery = TimeSpan.FromSeconds(1);

    /// <summary>Browsers connect again after so long.</summary>
    private const string Retry = "retry: 2000\n\n";

    public async Task Run(HttpContext context, string? cursor, IReadOnlySet<string> watch)
    {
        using var attached = feed.Attach();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        var end = either.Token;
        EventWriter? writer = null;
        try
        {
            var frame = StreamFrames.Begin(await feed.Read(end), cursor, watch);
            writer = new EventWriter(Begin(context), time);
            writer.Add(Retry);
            while (true)
            {
                var wroteAt = time.GetTimestamp();
                await writer.Write(frame.Events, frame.Cursor, end);
                if (frame.Rewatch) await writer.Write(await Watched(watch, end), frame.Cursor, end);
                var last = frame.Position;
                frame = await Next(last, watch, wroteAt, end);

                // The key that opened it may have been taken away.
                if (frame.Position.Tick != last.Tick && !KeyAuthentication.StillLetsIn(context, auth, keys)) return;
            }
        }
        catch (TimeoutException) when (writer is not null)
        {
            metrics.HttpTurnedAway("slow");
            context.Abort();
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The reader is gone, or this silo stops: browsers go on at another one, from the last cursor.
        }
    }

    private static System.IO.Pipelines.PipeWriter Begin(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentType = "text/event-stream";

        // nginx would collect it.
        headers["X-Accel-Buffering"] = "no";

        // By itself Linux keeps megabytes for a reader that takes nothing.
        if (HttpProtocol.IsHttp11(context.Request.Protocol) && context.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket)
            socket.SendBufferSize = EventWriter.MostUnsent;
        return context.Response.BodyWriter;
    }

    private async Task<StreamFrame> Next(StreamPosition position, IReadOnlySet<string> watch, long wroteAt, CancellationToken end)
    {
        var pause = FrameEvery - time.GetElapsedTime(wroteAt);
        if (pause > TimeSpan.Zero) await Task.Delay(pause, time, end);
        while (true)
        {
            var (copy, changed) = feed.Look();
            var frame = StreamFrames.Next(copy, position, watch);
            if (frame.Events.Count > 0 || frame.Rewatch) return frame;
            position = frame.Position;
            await changed.WaitAsync(end);
        }
    }

    private async Task<IReadOnlyList<byte[]>> Watched(IReadOnlySet<string> watch, CancellationToken end)
    {
        var copy = feed.Look().Copy;
        return StreamFrames.Watched(copy, await watched.Read([.. StreamFrames.ToAsk(copy, watch)], end));
    }
}
