namespace IoTOrleans.Silo.Api.Access;

/// <summary>Tells browsers what an answer may be used for. On every answer that a request gets, also on errors.</summary>
internal static class SecurityHeaders
{
    private const string NoPage = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>The dashboard loads nothing from elsewhere and evaluates no text; its charts and its menu set styles.</summary>
    private const string DashboardPage = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        + "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>The fleet page has its scripts and styles in files of its own, and makes no markup of text.</summary>
    private const string FleetPage = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    public static Task Add(HttpContext context, RequestDelegate next)
    {
        // At the last moment: an answer to an exception clears what was set before.
        context.Response.OnStarting(
            static state =>
            {
                var context = (HttpContext)state;
                var headers = context.Response.Headers;
                headers.XContentTypeOptions = "nosniff";
                headers.ContentSecurityPolicy = PolicyOf(context.Request.Path);
                headers["Referrer-Policy"] = "no-referrer";
                headers["Cross-Origin-Resource-Policy"] = "same-origin";
                headers["Cross-Origin-Opener-Policy"] = "same-origin";
                if (headers.CacheControl.Count == 0) headers.CacheControl = "no-store";
                return Task.CompletedTask;
            },
            context);
        return next(context);
    }

    private static string PolicyOf(PathString path) => path.StartsWithSegments("/dashboard") ? DashboardPage
        : path == "/" || path.StartsWithSegments("/page") ? FleetPage : NoPage;
}
