using System.Net;

namespace IoTOrleans.Silo.Api.Doors;

/// <summary>Where HTTP will listen, by ASP.NET Core's own settings, and whether anybody beyond this machine can reach it.</summary>
internal static class ListenAddresses
{
    internal const string Default = "http://127.0.0.1:8080";

    public static IReadOnlyList<string> From(IConfiguration configuration)
    {
        // Kestrel:Endpoints wins over urls, urls over ports: as in Kestrel.
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>().ToList();
        if (endpoints.Count > 0) return endpoints;
        if (!string.IsNullOrWhiteSpace(configuration["urls"])) return Split(configuration["urls"]!);
        return
        [
            .. Split(configuration["http_ports"] ?? "").Select(port => $"http://*:{port}"),
            .. Split(configuration["https_ports"] ?? "").Select(port => $"https://*:{port}"),
        ];
    }

    public static bool IsLoopback(string address)
    {
        if (address.StartsWith("http://unix:", StringComparison.OrdinalIgnoreCase) || address.StartsWith("http://pipe:", StringComparison.OrdinalIgnoreCase)) return true;
        var host = BindingAddress.Parse(address).Host;
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var ip) && IPAddress.IsLoopback(ip));
    }

    private static string[] Split(string list) => list.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
