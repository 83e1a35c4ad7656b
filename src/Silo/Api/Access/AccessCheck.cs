using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace IoTOrleans.Silo.Api.Access;

/// <param name="ApiKey">Required everywhere but for <c>/health</c>; null: none is set.</param>
/// <param name="HostNames">Allowed in the Host header beside loopback; wildcards as in ASP.NET Core's AllowedHosts.</param>
/// <param name="Anonymous">Something else guards the service, usually a proxy: no key is required.</param>
internal sealed record AccessCheckOptions(string? ApiKey, IReadOnlyList<string> HostNames, bool Anonymous = false);

/// <summary>
/// Decides who may call the HTTP API. On loopback any local program may. Refused are pages of another origin in the user's own browser,
/// foreign names that resolve to this machine (DNS rebinding), and a reverse proxy that exposes a service without a key.
/// </summary>
internal sealed class AccessCheck(RequestDelegate next, AccessCheckOptions options)
{
    private static readonly string[] Forwarding = ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"];
    private static readonly string[] Loopback = ["localhost", "127.0.0.1", "[::1]"];

    private readonly byte[]? _key = options.ApiKey is null ? null : Encoding.UTF8.GetBytes(options.ApiKey);
    private readonly List<StringSegment> _hosts = [.. Loopback.Concat(options.HostNames).Select(host => new StringSegment(host))];

    public Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments("/health")) return next(context);
        if (Refusal(context.Request) is not var (status, title, detail)) return next(context);
        if (status == StatusCodes.Status401Unauthorized)
            context.Response.Headers.WWWAuthenticate = new(["Bearer", "Basic realm=\"IoTOrleans\", charset=\"UTF-8\""]);
        return Problems.Write(context, status, title, detail);
    }

    /// <summary>Null: the request may pass.</summary>
    private (int Status, string Title, string Detail)? Refusal(HttpRequest request)
    {
        if (!request.Host.HasValue || !IsHere(request))
        {
            return (StatusCodes.Status400BadRequest, "Unknown host name", $"The Host header says '{request.Host.Value}'. If that is a name "
                + $"of this service, set AllowedHosts={request.Host.Host} (more of them with ; between).");
        }

        if (IsForeign(request))
        {
            return (StatusCodes.Status403Forbidden, "Foreign origin",
                "A page of another origin may not change anything here. Call this from a program instead.");
        }

        if (_key is null)
        {
            if (options.Anonymous || !Forwarding.Any(request.Headers.ContainsKey)) return null;
            return (StatusCodes.Status403Forbidden, "Forwarded request without a key",
                "This request came through a proxy, and no key is set. Set Auth:ApiKey before you open this service to others.");
        }

        if (HasKey(request)) return null;
        return (StatusCodes.Status401Unauthorized, "Key required",
            "Send Authorization: Bearer <key>, or HTTP Basic with the key as password. The key is the setting Auth:ApiKey.");
    }

    private bool IsHere(HttpRequest request) => HostHeader.IsAddressOf(request.Host.Host, request.HttpContext.Connection.LocalIpAddress)
        || HostString.MatchesAny(request.Host.Host, _hosts);

    /// <summary>A page cannot change these headers, and only browsers send them. The browser guards reads itself (same origin).</summary>
    private static bool IsForeign(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method)) return false;
        if (request.Headers["Sec-Fetch-Site"] == "cross-site") return true;
        var origin = request.Headers.Origin.ToString();
        return origin.Length > 0
            && !(Uri.TryCreate(origin, UriKind.Absolute, out var from)
                && from.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }

    private bool HasKey(HttpRequest request)
    {
        var authorization = request.Headers.Authorization.ToString();
        if (authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
            return IsKey(Encoding.UTF8.GetBytes(authorization[7..].Trim()));
        if (!authorization.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)) return false;

        var encoded = authorization[6..].Trim();
        var decoded = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded, decoded, out var length)) return false;
        var colon = decoded.AsSpan(0, length).IndexOf((byte)':');
        return colon >= 0 && IsKey(decoded.AsSpan(colon + 1, length - colon - 1));
    }

    private bool IsKey(ReadOnlySpan<byte> candidate) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(candidate), SHA256.HashData(_key!));
}
