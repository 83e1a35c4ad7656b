using IoTOrleans.Events;
using Microsoft.AspNetCore.Http.Features;

namespace IoTOrleans.Silo.Api;

/// <summary>The thing name in the path as it was sent: a decoded path cannot tell <c>%2F</c> in a name from <c>%252F</c>.</summary>
internal readonly record struct RawThingName(string Value)
{
    public static ValueTask<RawThingName> BindAsync(HttpContext context) => new(Of(context));

    public static RawThingName Of(HttpContext context)
    {
        var segments = Segments(PathOf(context));
        return new(segments.Count > 2 ? Uri.UnescapeDataString(segments[2]) : "");
    }

    /// <summary>The path as it was sent.</summary>
    public static string PathOf(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (Uri.TryCreate(target, UriKind.Absolute, out var absolute) && absolute.Scheme.StartsWith("http", StringComparison.Ordinal))
            target = absolute.PathAndQuery;
        return target.Split('?', 2)[0];
    }

    /// <summary>Without dot segments, as routing sees them: <c>DELETE /devices/a/../b</c> is about b.</summary>
    private static List<string> Segments(string path)
    {
        List<string> segments = [];
        foreach (var segment in path.Split('/'))
        {
            var plain = segment.Replace("%2E", ".", StringComparison.OrdinalIgnoreCase);
            if (plain is not ("." or "..")) segments.Add(segment);
            else if (plain == ".." && segments.Count > 1) segments.RemoveAt(segments.Count - 1);
        }

        return segments;
    }
}

internal static class ThingRoutes
{
    /// <summary>What there is below a thing: <c>/devices/{thingName}/history</c>.</summary>
    public static IReadOnlyList<string> Below { get; } = ["advice", "history", "policy", "why"];

    /// <summary>Routes that begin with <c>/devices/{thingName}</c>. A name that no thing can have is refused.</summary>
    public static RouteGroupBuilder MapThing(this IEndpointRouteBuilder routes) =>
        routes.MapGroup("/devices").AddEndpointFilter(async (context, next) =>
            ThingName.IsValid(RawThingName.Of(context.HttpContext).Value, out var why)
                ? await next(context) : Problems.BadThingName(why!));
}
