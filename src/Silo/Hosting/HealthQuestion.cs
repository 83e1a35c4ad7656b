namespace IoTOrleans.Silo.Hosting;

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
            Console.WriteLine($"{url}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
            return response.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or UriFormatException)
        {
            await Console.Error.WriteLineAsync($"{url}: {exception.Message}");
            return 1;
        }
    }

    /// <summary>On this machine, at the port that the container's environment names.</summary>
    internal static string DefaultAddress()
    {
        var ports = Environment.GetEnvironmentVariable("ASPNETCORE_HTTP_PORTS") ?? Environment.GetEnvironmentVariable("HTTP_PORTS");
        return $"http://127.0.0.1:{ports?.Split(';')[0] ?? "8080"}";
    }
}
