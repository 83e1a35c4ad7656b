using Microsoft.Extensions.Primitives;

namespace IoTOrleans.Silo.Api.Access;

/// <param name="HostNames">Allowed in the Host header beside loopback; wildcards as in ASP.NET Core's AllowedHosts.</param>
internal sealed record AccessCheckOptions(IReadOnlyList<string> HostNames);

/// <summary>
/// Comes before the keys. Refused are pages of another origin in the user's own browser, foreign names that resolve to this machine (DNS
/// rebinding), and a reverse proxy that exposes a service without a key.
/// </summary>
internal sealed class AccessCheck(RequestDelegate next, AccessCheckOptions options, AuthSettings auth)
{
    private static readonly string[] Loopback = ["localhost", "127.0.0.1", "[::1]"];
    private static readonly object Stranger = new();

    private const int LongestName = 255;

    private readonly List<StringSegment> _hosts = [.. Loopback.Concat(options.HostNames).Select(host => new StringSegment(host))];

    /// <summary>It would have been refused anywhere but at <c>/health</c>.</summary>
    public static bool IsStranger(HttpContext context) => context.Items.ContainsKey(Stranger);

    public Task InvokeAsync(HttpContext context)
    {
        if (Refusal(context.Request) is not var (status, title, detail)) return next(context);
        if (!context.Request.Path.StartsWithSegments("/health")) return Problems.Write(context, status, title, detail);
        context.Items[Stranger] = true;
        return next(context);
    }

    /// <summary>Null: the request may pass.</summary>
    private (int Status, string Title, string Detail)? Refusal(HttpRequest request)
    {
        if (!request.Host.HasValue || !IsHere(request))
        {
            return (StatusCodes.Status400BadRequest, "Unknown host name", $"The Host header says '{Cut(request.Host.Value)}'. If that is "
                + $"a name of this service, set AllowedHosts={Cut(request.Host.Host)} (more of them with ; between).");
        }

        if (ForeignPage.Sent(request))
        {
            return (StatusCodes.Status403Forbidden, "Foreign origin",
                "A page of another origin may not call this service. Call it from a program, or open the address in a window of its own.");
        }

        if (auth.AsksWho || auth.AllowAnonymous || !ForwardingHeaders.AreIn(request.Headers)) return null;
        return (StatusCodes.Status403Forbidden, "Forwarded request without a key",
            "This request came through a proxy, and no key is set. Set Auth:ApiKey before you open this service to others.");
    }

    /// <summary>No name is longer. A large answer that nobody reads is a cheap way to keep a connection busy.</summary>
    private static string Cut(string? host) => host is { Length: > LongestName } ? host[..LongestName] + "…" : host ?? "";

    private bool IsHere(HttpRequest request) => HostHeader.IsAddressOf(request.Host.Host, request.HttpContext.Connection.LocalIpAddress)
        || HostString.MatchesAny(request.Host.Host, _hosts);
}
