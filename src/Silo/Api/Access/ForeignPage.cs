namespace IoTOrleans.Silo.Api.Access;

/// <summary>
/// Tells whether a page of another origin sent a request, from headers that only browsers send and that no page can change. A browser sends
/// Sec-Fetch-Site to https and to loopback only.
/// </summary>
internal static class ForeignPage
{
    public static bool Sent(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        if (origin.Length > 0 && !IsOwn(origin, request.Host.Value)) return true;

        // "none": the user typed the address, or followed a bookmark.
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        return site is not ("" or "same-origin" or "none") && !IsLink(request);
    }

    private static bool IsOwn(string origin, string? host) => Uri.TryCreate(origin, UriKind.Absolute, out var from)
        && from.Authority.Equals(host, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Somebody clicked on a link, in a mail or in a chat, to a page that people look at. It fills the whole window, so the page that has
    /// the link sees nothing of it.
    /// </summary>
    private static bool IsLink(HttpRequest request) => HttpMethods.IsGet(request.Method)
        && request.Headers["Sec-Fetch-Mode"] == "navigate" && request.Headers["Sec-Fetch-Dest"] == "document" && IsPage(request.Path);

    /// <summary>Not all of the dashboard, which also wakes grains; not the list and the fleet's advice, which read many things.</summary>
    private static bool IsPage(PathString path) => path.Value is "/" or "/dashboard" or "/dashboard/"
        || (path.StartsWithSegments("/devices", out var thing) && thing.Value?.Length > 1);
}
