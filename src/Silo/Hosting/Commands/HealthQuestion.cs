using IoTOrleans.Silo.Api.Access;

namespace IoTOrleans.Silo.Hosting.Commands;

/// <summary><c>--health</c>: asks the service on this machine whether it is ready, for container images without curl.</summary>
internal static class HealthQuestion
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    public static async Task<int> Ask(string? address)
    {
        var url = $"{(address ?? DefaultAddress()).TrimEnd('/')}/health/ready";
        try
        {
            using var http = new HttpClient { Timeout = Patience };
            using var response = await http.GetAsync(new Uri(url));
            Terminal.Say($"{url}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
            return response.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or UriFormatException)
        {
            Terminal.Complain($"{url}: {exception.Message}");
            return 1;
        }
    }

    /// <summary>Where the service listens by the environment that both have in a container.</summary>
    internal static string AddressBy(IConfiguration environment)
    {
        var listening = ListenAddresses.From(environment).FirstOrDefault(
            address => address.StartsWith("http:", StringComparison.OrdinalIgnoreCase)) ?? ListenAddresses.Default;
        if (ListenAddresses.EndPointOf(listening) is not IPEndPoint endPoint) return ListenAddresses.Default;
        var everywhere = endPoint.Address.Equals(IPAddress.Any) || endPoint.Address.Equals(IPAddress.IPv6Any);
        return $"http://{(everywhere ? new IPEndPoint(IPAddress.Loopback, endPoint.Port) : endPoint)}";
    }

    internal static string DefaultAddress() =>
        AddressBy(new ConfigurationBuilder().AddEnvironmentVariables().AddEnvironmentVariables("ASPNETCORE_").Build());
}
