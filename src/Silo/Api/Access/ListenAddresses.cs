using System.Net.Sockets;

namespace IoTOrleans.Silo.Api.Access;

/// <summary>Where HTTP listens, by ASP.NET Core's own settings, and whether other machines can reach it.</summary>
internal static class ListenAddresses
{
    internal const string Default = "http://127.0.0.1:8080";

    /// <summary>On IPv6 and IPv4.</summary>
    internal const string Everywhere = "http://*:8080";

    /// <summary>More would only confuse.</summary>
    internal const int MostShown = 4;

    public static IReadOnlyList<string> From(IConfiguration configuration)
    {
        // Kestrel:Endpoints wins over urls, urls over ports: as in Kestrel.
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>()
            .ToList();
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
        if (address.StartsWith("http://unix:", StringComparison.OrdinalIgnoreCase)
            || address.StartsWith("http://pipe:", StringComparison.OrdinalIgnoreCase)) return true;
        var host = BindingAddress.Parse(address).Host;
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host, out var ip) && IPAddress.IsLoopback(ip));
    }

    /// <summary>Null: nobody reaches the service there without a key.</summary>
    public static string? TroubleWithoutKey(string address, AuthSettings auth) =>
        auth.AsksWho || auth.AllowAnonymous || IsLoopback(address) ? null : $"{address} can be reached from other machines, and no key is "
            + "set: set Auth:ApiKey (or Auth:AllowAnonymous=true if something else guards this service).";

    /// <summary>The addresses to show: in place of 0.0.0.0, [::] or * those that work from another machine, if there are any.</summary>
    /// <param name="own">The addresses at which others reach this machine.</param>
    public static IReadOnlyList<string> ToShow(IEnumerable<string> listening, IReadOnlyList<IPAddress> own)
    {
        var all = listening.ToList();
        var far = all.Where(address => !IsLoopback(address)).SelectMany(address => Behind(address, own)).ToList();
        var near = all.Select(address => IsLoopback(address) ? address : Write(BindingAddress.Parse(address), IPAddress.Loopback));
        return [.. (far.Count > 0 ? far : near).Distinct().Take(MostShown)];
    }

    private static IEnumerable<string> Behind(string address, IReadOnlyList<IPAddress> own)
    {
        // ASP.NET Core listens on all addresses for anything else, a name too.
        var binding = BindingAddress.Parse(address);
        var listening = IPAddress.TryParse(binding.Host, out var ip) ? ip : IPAddress.IPv6Any;
        return OwnAddresses.Behind(listening, own).Select(reached => Write(binding, reached));
    }

    private static string Write(BindingAddress binding, IPAddress ip) => $"{binding.Scheme}://{new IPEndPoint(ip, binding.Port)}";

    /// <summary>Where a server listens for this address; null: a pipe, which cannot be checked beforehand.</summary>
    /// <exception cref="FormatException">The text cannot be read as an address.</exception>
    public static EndPoint? EndPointOf(string address)
    {
        var binding = BindingAddress.Parse(address);
        if (binding.IsNamedPipe) return null;
        if (binding.IsUnixPipe) return Socket(binding.UnixPipePath);
        if (address.StartsWith("http://unix:", StringComparison.OrdinalIgnoreCase))
            throw new FormatException("the whole path of the socket is needed, from / on");
        if (binding.PathBase.Length > 0) throw new FormatException($"the path {binding.PathBase} is not supported");

        // ASP.NET Core takes text after the colon as part of a name if it is no number, and any name as all addresses.
        var bracket = binding.Host.LastIndexOf(']');
        var colon = binding.Host.LastIndexOf(':');
        if (colon > bracket) throw NoPort(binding.Host[(colon + 1)..]);
        if (binding.Port is < 0 or > IPEndPoint.MaxPort) throw NoPort(binding.Port.ToString(CultureInfo.InvariantCulture));
        if (binding.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)) return new IPEndPoint(IPAddress.Loopback, binding.Port);
        return new IPEndPoint(IPAddress.TryParse(binding.Host, out var ip) ? ip : IPAddress.Any, binding.Port);
    }

    /// <summary>What to say about an address that cannot be read.</summary>
    public static string NoAddress(string address, FormatException why) => $"{address} is not an address to listen on "
        + $"({why.Message.TrimEnd('.')}): say something like {Default} in ASPNETCORE_URLS or --urls.";

    private static FormatException NoPort(string port) => new($"{port} is not a port: 1 to {IPEndPoint.MaxPort}");

    private static UnixDomainSocketEndPoint Socket(string path)
    {
        try
        {
            return new UnixDomainSocketEndPoint(path);
        }
        catch (ArgumentOutOfRangeException exception)
        {
            throw new FormatException("the path of a socket may be 107 bytes long at most", exception);
        }
    }

    private static string[] Split(string list) => list.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
