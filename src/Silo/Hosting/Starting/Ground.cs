using IoTOrleans.Events.Machine;
using IoTOrleans.Events.Mqtt;
using IoTOrleans.Silo.Api.Access;
using IoTOrleans.Silo.Hosting.Lan;
using IoTOrleans.Silo.Hosting.Tls;
using IoTOrleans.Sqlite;

namespace IoTOrleans.Silo.Hosting.Starting;

/// <summary>Finds what would make a start fail on this machine, so that it is listed together with the wrong settings.</summary>
internal static class Ground
{
    public static IEnumerable<string> Trouble(SiloSettings settings, IConfiguration configuration) =>
    [
        .. WebTrouble(settings, configuration, out var ports),
        .. Trouble([.. ports, .. OtherPorts(settings)]),
        .. FolderTrouble(settings),
        .. settings.Orleans.Tls is { } tls ? SiloCertificates.Trouble(tls, TimeProvider.System.GetUtcNow()) : [],
        .. MqttTrouble(settings),
        .. LimitTrouble(),
    ];

    private static List<string> WebTrouble(SiloSettings settings, IConfiguration configuration, out List<ListenPort> ports)
    {
        (ports, var trouble, var isOpen) = ([], new List<string>(), false);
        foreach (var address in ListenAddresses.From(configuration))
        {
            try
            {
                if (ListenAddresses.EndPointOf(address) is { } endPoint) ports.Add(OwnPorts.Web(address, endPoint));
            }
            catch (FormatException exception)
            {
                trouble.Add(ListenAddresses.NoAddress(address, exception));
                continue;
            }

            if (ListenAddresses.TroubleWithoutKey(address, settings.Auth) is not { } open) continue;
            trouble.Add(open + Instead(settings));
            isOpen = true;
        }

        // By itself that is no mistake; whoever has to set the key should know of it at the same time.
        if (isOpen && settings.ExternalUrl is null && string.IsNullOrWhiteSpace(configuration["AllowedHosts"]))
            trouble.Add("AllowedHosts is not set, so other machines reach this one by its address only: name it there as they call it, "
                + "like raspberrypi.local.");
        return trouble;
    }

    private static IEnumerable<ListenPort> OtherPorts(SiloSettings settings)
    {
        if (settings.Mqtt.Port > 0 && IPAddress.TryParse(settings.Mqtt.Address, out var address))
            yield return MqttListener.PortAt(new(address, settings.Mqtt.Port));

        // Without a setting Orleans finds the address; the port is checked again when it is opened.
        if (settings.Storage != StorageProvider.DynamoDB) yield break;
        if (!IPAddress.TryParse(settings.Orleans.AdvertisedAddress, out var advertised)) yield break;
        yield return OwnPorts.Silo(new(advertised, settings.Orleans.SiloPort));
        if (settings.Orleans.GatewayPort > 0) yield return OwnPorts.Gateway(new(advertised, settings.Orleans.GatewayPort));
    }

    private static IEnumerable<string> Trouble(IReadOnlyList<ListenPort> ports)
    {
        foreach (var (i, port) in ports.Index())
        {
            if (port.Trouble() is { } trouble) yield return trouble;
            else if (ports.Take(i).FirstOrDefault(port.Meets) is { } other)
                yield return $"{port.Setting}: {other.Setting} is to listen there, too: {port.Remedy}.";
        }
    }

    private static IEnumerable<string> LimitTrouble()
    {
        if (FileGauge.LimitOfThisProcess() is { } limit && limit < FileGauge.Least)
            yield return $"This process may have {limit} files open, and needs {FileGauge.Least} at least: "
                + "raise the limit (ulimit -n, LimitNOFILE= of systemd, --ulimit nofile= of docker).";
    }

    private static IEnumerable<string> MqttTrouble(SiloSettings settings)
    {
        var options = new MqttBrokerOptions();
        settings.Mqtt.CopyTo(options);
        return settings.Mqtt.Port > 0 ? BrokerCredentials.Trouble(options, Instead(settings)) : [];
    }

    private static string Instead(SiloSettings settings) =>
        settings.Storage == StorageProvider.DynamoDB ? "" : LocalNetwork.Instead;

    private static IEnumerable<string> FolderTrouble(SiloSettings settings)
    {
        if (settings is { Storage: StorageProvider.Sqlite, SqlitePath.Length: > 0 }
            && SqliteStore.Trouble(settings.SqlitePath) is { } trouble)
            yield return $"Storage:Sqlite:Path: {trouble}";
    }
}
