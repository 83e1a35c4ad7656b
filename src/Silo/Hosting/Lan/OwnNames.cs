using System.Net.Sockets;

namespace IoTOrleans.Silo.Hosting.Lan;

/// <summary>The names by which others may call this machine.</summary>
internal static class OwnNames
{
    /// <summary>A name server that does not answer must not delay the start.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static async Task<IReadOnlyList<string>> Find()
    {
        var host = Dns.GetHostName();
        try
        {
            return From(host, (await Dns.GetHostEntryAsync(host).WaitAsync(Patience, TimeProvider.System)).HostName);
        }
        catch (Exception exception) when (exception is SocketException or TimeoutException or ArgumentException)
        {
            return From(host, canonical: null);
        }
    }

    /// <param name="canonical">What the resolver calls the host. It counts only if it begins with the host's own name.</param>
    internal static IReadOnlyList<string> From(string host, string? canonical)
    {
        var label = host.Split('.')[0];
        List<string> names = [host, label, $"{label}.local"];
        if (canonical?.StartsWith($"{label}.", StringComparison.OrdinalIgnoreCase) == true) names.Add(canonical);
        return label.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? [] : [.. names
            .Where(name => Uri.CheckHostName(name) == UriHostNameType.Dns)
            .Select(name => name.ToLowerInvariant()).Distinct()];
    }
}
