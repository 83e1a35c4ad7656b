using Microsoft.AspNetCore.Http.Features;

namespace IoTOrleans.Silo.Api;

/// <summary>
/// <c>/devices/site/1</c> is no route. Whoever writes it means the thing <c>site/1</c>, so the 404 says how to write that. It is no route
/// either: a route that catches the rest of the path would turn every 405 below <c>/devices</c> into a 404.
/// </summary>
internal static class UnencodedName
{
    private const string Devices = "/devices/";

    public static Task Explain(HttpContext context, RequestDelegate next) =>
        context.GetEndpoint() is null && Remedy(context) is { } path
            ? Problems.Of(
                StatusCodes.Status404NotFound, "A slash in a thing name", $"If the thing name has a slash, write it as %2F: {path}")
                .ExecuteAsync(context)
            : next(context);

    private static string? Remedy(HttpContext context)
    {
        var target = RawThingName.PathOf(context);
        return target.StartsWith(Devices, StringComparison.OrdinalIgnoreCase) ? Encoded(target[Devices.Length..]) : null;
    }

    /// <param name="rest">What is behind <c>/devices/</c>.</param>
    /// <returns>Null: it has no slash inside.</returns>
    internal static string? Encoded(string rest)
    {
        rest = rest.TrimEnd('/');
        var below = ThingRoutes.Below.FirstOrDefault(name => rest.EndsWith($"/{name}", StringComparison.OrdinalIgnoreCase));
        var name = below is null ? rest : rest[..^(below.Length + 1)];
        if (!name.Contains('/', StringComparison.Ordinal)) return null;
        var suffix = below is null ? "" : $"/{below}";
        return $"{Devices}{name.Replace("/", "%2F", StringComparison.Ordinal)}{suffix}";
    }
}
