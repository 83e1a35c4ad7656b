using IoTOrleans.Silo.Api.Description;

namespace IoTOrleans.Silo.Api.Fleet;

/// <summary><c>/fleet</c>: all things together, and what changes among them.</summary>
internal static class FleetApi
{
    internal const string StreamPath = "/fleet/stream";

    /// <summary>No cursor is longer.</summary>
    private const int LongestCursor = 100;

    public static void AddFleet(this IServiceCollection services)
    {
        services.AddSingleton<FleetWatcher>();
        services.AddSingleton<FleetFeed>();
        services.AddHostedService(provider => provider.GetRequiredService<FleetFeed>());
        services.AddSingleton<WatchedThings>();
        services.AddSingleton<FleetStreams>();
    }

    public static void MapFleet(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/fleet", Get).As(FleetDescription.Get);
        routes.MapGet(StreamPath, Follow).As(FleetDescription.Follow);
    }

    private static async Task<IResult> Get(FleetFeed feed, FleetWatcher watcher, CancellationToken cancellationToken)
    {
        var copy = await feed.Read(cancellationToken);
        return TypedResults.Ok(new FleetBody(copy, watcher.Watch(copy.Counts.AsOf)));
    }

    private static async Task<IResult> Follow(HttpContext context, string[] watch, string? cursor, FleetStreams streams)
    {
        var names = watch.Where(name => name.Length > 0).ToHashSet(StringComparer.Ordinal);

        // A browser that connects again says how far it was; the address is still that of the beginning.
        var from = context.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } last ? last : cursor;
        await streams.Run(context, from is { Length: <= LongestCursor } ? from : null, names);
        return Results.Empty;
    }
}
