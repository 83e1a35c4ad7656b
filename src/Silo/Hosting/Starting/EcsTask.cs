using System.Net.Sockets;

namespace IoTOrleans.Silo.Hosting.Starting;

/// <summary>
/// The address of this ECS task, from its metadata endpoint (version 4). By itself Orleans takes an address of some network interface,
/// which may be one that no other task can reach, and on Fargate it found none (dotnet/orleans#4158).
/// </summary>
internal static class EcsTask
{
    /// <summary>ECS sets it in each container, since Fargate platform 1.4.0 and version 1.39.0 of its agent.</summary>
    internal const string Endpoint = "ECS_CONTAINER_METADATA_URI_V4";

    private const int Tries = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Fills in the advertised address, if it is not set. A silo that is alone needs none.</summary>
    public static async Task<SiloSettings> WithTaskAddress(this SiloSettings settings, IConfiguration configuration)
    {
        if (settings.Storage != StorageProvider.DynamoDB || settings.Orleans.AdvertisedAddress is not null) return settings;
        if (configuration[Endpoint] is not { Length: > 0 } endpoint) return settings;
        var address = await Ask(endpoint, TimeProvider.System);
        return settings with { Orleans = settings.Orleans with { AdvertisedAddress = address.ToString() } };
    }

    /// <exception cref="StartupException">It is not known.</exception>
    internal static async Task<IPAddress> Ask(string endpoint, TimeProvider time)
    {
        // The endpoint has a link-local address, so no proxy can reach it.
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
        for (var tries = 1; ; tries++)
        {
            try
            {
                return AddressIn(await http.GetStringAsync(new Uri(endpoint)));
            }
            catch (Exception exception) when (exception is not StartupException)
            {
                if (tries == Tries) throw Unknown($"{endpoint} does not say it ({Why(exception)}). Set", exception);
                await Task.Delay(Pause, time);
            }
        }
    }

    /// <param name="metadata">What the endpoint says about this container.</param>
    internal static IPAddress AddressIn(string metadata)
    {
        if (JsonSerializer.Deserialize<Container>(metadata)?.Networks is not [{ } network, ..])
            throw new JsonException("the answer has no Networks");
        if (network.NetworkMode != "awsvpc")
            throw Unknown($"in the network mode {network.NetworkMode} it has none that other tasks can reach. Use the mode awsvpc, or set");
        if (network is { IPv4Addresses: null or [], IPv6Addresses: [_, ..] })
            throw Unknown("it has IPv6 addresses only. Run it in a subnet with IPv4 addresses, or set");
        return network.IPv4Addresses is [var first, ..] && IPAddress.TryParse(first, out var address)
            && address.AddressFamily == AddressFamily.InterNetwork
                ? address : throw new JsonException("the answer has no IPv4 address");
    }

    private static string Why(Exception exception) => exception is OperationCanceledException
        ? $"no answer within {Patience.TotalSeconds:0} s" : exception.Message.TrimEnd('.');

    private static StartupException Unknown(string whyAndRemedy, Exception? cause = null) => new(
        $"The address of this ECS task is not known: {whyAndRemedy} Orleans:Endpoints:AdvertisedIPAddress to the address at which the "
        + "other tasks reach this one.", cause);

    private sealed record Container(IReadOnlyList<Network?>? Networks);

    private sealed record Network(string? NetworkMode, IReadOnlyList<string?>? IPv4Addresses, IReadOnlyList<string?>? IPv6Addresses);
}
