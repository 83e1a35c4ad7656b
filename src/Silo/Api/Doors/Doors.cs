using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace IoTOrleans.Silo.Api.Doors;

/// <summary>
/// Who may come in. On loopback any local program may; what has to stay out is a page in the user's own browser (another origin,
/// or a foreign name that resolves to this machine) and a reverse proxy that opens an unlocked door to the world.
/// </summary>
internal sealed class Doors(RequestDelegate next, DoorOptions options)
{
    private static readonly string[] Forwarding = ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"];

    private readonly byte[]? _key = options.ApiKey is null ? null : Encoding.UTF8.GetBytes(options.ApiKey);
    private readonly IReadOnlyList<StringSegment> _hosts =
        [.. DoorOptions.Loopback.Concat(options.HostNames).Select(host => new StringSegment(host))];

    public Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments("/health")) return next(context);

        if (!HostIsOurs(context.Request))
        {
            return Problems.Write(
                context, StatusCodes.Status400BadRequest, "Unknown host name",
                $"The Host header says '{context.Request.Host.Value}'. If that is a name of this service, set "
                    + $"AllowedHosts={context.Request.Host.Host} (more of them with ; between).");
        }

        if (IsForeign(context.Request))
        {
            return Problems.Write(
                context, StatusCodes.Status403Forbidden, "Foreign origin",
                "A page of another origin may not change anything here. Call this from a program instead.");
        }

        if (_key is null)
        {
            if (options.Anonymous || !Forwarding.Any(context.Request.Headers.ContainsKey)) return next(context);
            return Problems.Write(
                context, StatusCodes.Status403Forbidden, "Forwarded request without a key",
                "This request came through a proxy, and no key is set. Set Auth:ApiKey before you open this service to others.");
        }

        if (HasKey(context.Request)) return next(context);
        context.Response.Headers.Append("WWW-Authenticate", "Bearer");
        context.Response.Headers.Append("WWW-Authenticate", "Basic realm=\"IoTOrleans\", charset=\"UTF-8\"");
        return Problems.Write(
            context, StatusCodes.Status401Unauthorized, "Key required",
            "Send Authorization: Bearer <key>, or HTTP Basic with the key as password. The key is the setting Auth:ApiKey.");
    }

    private bool HostIsOurs(HttpRequest request) =>
        request.Host.HasValue && HostString.MatchesAny(new StringSegment(request.Host.Host), [.. _hosts]);

    /// <summary>
    /// A browser sends these by itself, whatever the page wants; a program that sends neither is no browser. Reading is left to the
    /// browser's own same-origin rule.
    /// </summary>
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
