using IoTOrleans.Silo.Api.Access;

namespace IoTOrleans.Silo.Hosting.Commands;

/// <summary><c>--health</c>: asks the service on this machine whether it is ready, for container images without curl.</summary>
internal static class HealthQuestion
{
    public const string Remedy = "say the address of the service, like http://127.0.0.1:8080.";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    public static Task<int> Ask(string? address) => Startup.Command(async () =>
    {
        address ??= DefaultAddress();
        if (ServiceAt(address) is not { } service) return Startup.Fail($"--health {address}: {Remedy}");
        var url = new Uri(service, "health/ready");
        try
        {
            using var http = new HttpClient { Timeout = Patience };
            using var response = await http.GetAsync(url);
            Terminal.Say($"{url}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
            return response.IsSuccessStatusCode ? 0 : Startup.Failed;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            return Startup.Fail($"{url}: {exception.Message}");
        }
    });

    /// <summary>Null: the text is not an HTTP address.</summary>
    public static Uri? ServiceAt(string address) =>
        Uri.TryCreate(address.TrimEnd('/') + "/", UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? url : null;

    /// <summary>Where the service listens by the environment that both have in a container.</summary>
    internal static string AddressBy(IConfiguration environment)
    {
        var listening = ListenAddresses.From(environment).FirstOrDefault(
            address => address.StartsWith("http:", StringComparison.OrdinalIgnoreCase)) ?? ListenAddresses.Default;
        if (Listening(listening) is not IPEndPoint endPoint) return ListenAddresses.Default;
        var everywhere = endPoint.Address.Equals(IPAddress.Any) || endPoint.Address.Equals(IPAddress.IPv6Any);
        return $"http://{(everywhere ? new IPEndPoint(IPAddress.Loopback, endPoint.Port) : endPoint)}";
    }

    private static EndPoint? Listening(string address)
    {
        try
        {
            return ListenAddresses.EndPointOf(address);
        }
        catch (FormatException exception)
        {
            throw new StartupException(ListenAddresses.NoAddress(address, exception));
        }
    }

    internal static string DefaultAddress() =>
        AddressBy(new ConfigurationBuilder().AddEnvironmentVariables().AddEnvironmentVariables("ASPNETCORE_").Build());
}
