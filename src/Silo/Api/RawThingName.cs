using IoTOrleans.Events;
using Microsoft.AspNetCore.Http.Features;

namespace IoTOrleans.Silo.Api;

/// <summary>
/// The thing name of a request for <c>/devices/{thingName}…</c>, from the path as it was sent: a name may contain a slash, and the
/// decoded path cannot tell <c>%2F</c> from <c>%252F</c>.
/// </summary>
internal static class RawThingName
{
    public static string Of(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (Uri.TryCreate(target, UriKind.Absolute, out var absolute) && absolute.Scheme.StartsWith("http", StringComparison.Ordinal))
            target = absolute.PathAndQuery;
        var segments = Segments(target.Split('?', 2)[0]);
        return segments.Count > 2 ? Uri.UnescapeDataString(segments[2]) : "";
    }

    /// <summary>Without dot segments, as routing sees them: <c>DELETE /devices/a/../b</c> is about b.</summary>
    private static List<string> Segments(string path)
    {
        List<string> segments = [];
        foreach (var segment in path.Split('/'))
        {
            switch (segment.Replace("%2E", ".", StringComparison.OrdinalIgnoreCase))
            {
                case ".":
                    break;
                case "..":
                    if (segments.Count > 1) segments.RemoveAt(segments.Count - 1);
                    break;
                default:
                    segments.Add(segment);
                    break;
            }
        }

        return segments;
    }

    /// <returns>Null if the name can be one; else the answer that says why not.</returns>
    public static IResult? Refuse(string thingName) =>
        ThingName.IsValid(thingName, out var why) ? null : Problems.Of(StatusCodes.Status400BadRequest, "Not a thing name", why!);
}
