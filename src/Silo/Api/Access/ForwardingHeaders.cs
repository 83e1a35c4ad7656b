namespace IoTOrleans.Silo.Api.Access;

/// <summary>Headers that proxies add. A proxy that adds none cannot be seen.</summary>
internal static class ForwardingHeaders
{
    private static readonly string[] Prefixes = ["X-Forwarded-", "X-Original-"];

    private static readonly HashSet<string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        "Forwarded", "Via", "X-Forwarded", "Forwarded-For", "X-Real-IP", "X-Client-IP", "Client-IP", "X-Cluster-Client-IP",
        "X-ProxyUser-Ip",
        "True-Client-IP", "CF-Connecting-IP", "CF-Connecting-IPv6", "CF-Ray", "CDN-Loop", "Fastly-Client-IP", "Fly-Client-IP",
        "X-Azure-ClientIP", "X-Azure-SocketIP", "X-Appengine-User-IP", "X-Envoy-External-Address", "X-Nf-Client-Connection-Ip",
        "Tailscale-User-Login",
    };

    public static bool AreIn(IHeaderDictionary headers) => headers.Keys.Any(name =>
        Names.Contains(name) || Prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)));
}
