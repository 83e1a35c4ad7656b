using System.Net;
using System.Net.Sockets;
using IoTOrleans.Events.Machine;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace IoTOrleans.Events.Mqtt;

/// <summary>
/// Opens the broker's port with the socket transport of ASP.NET Core. Not as an endpoint of the web host: an endpoint in code makes it
/// ignore <c>ASPNETCORE_URLS</c>.
/// </summary>
internal static class MqttListener
{
    private const string Address = MqttBrokerOptions.Section + ":Address";
    private const string Port = MqttBrokerOptions.Section + ":Port";
    private const string Username = MqttBrokerOptions.Section + ":Username";
    private const string Password = MqttBrokerOptions.Section + ":Password";

    internal static async Task<IConnectionListener> Open(
        MqttBrokerOptions options, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var endPoint = Check(options);

        // Both are thresholds for waiting, not sizes. MaxPacketBytes limits what comes in, and only answers go out.
        var transport = new SocketTransportOptions
        {
            MaxReadBufferSize = options.MaxPacketBytes,
            MaxWriteBufferSize = 16 * 1024,
            Backlog = ListenPort.Backlog,
        };
        try
        {
            return await new SocketTransportFactory(Options.Create(transport), loggers).BindAsync(endPoint, cancellationToken);
        }
        catch (Exception exception) when (exception is AddressInUseException or SocketException)
        {
            throw new StartupException(PortAt(endPoint).Explain(exception), exception);
        }
    }

    internal static ListenPort PortAt(IPEndPoint endPoint) => new(
        $"{Port}={endPoint.Port}", $"{Address}={endPoint.Address}", endPoint,
        $"set {Port} to a free port from 1024 up, or to 0 for no MQTT broker");

    /// <exception cref="StartupException">The settings cannot work.</exception>
    internal static IPEndPoint Check(MqttBrokerOptions options)
    {
        var text = string.Equals(options.Address, "localhost", StringComparison.OrdinalIgnoreCase) ? "127.0.0.1" : options.Address;
        if (!IPAddress.TryParse(text, out var address))
        {
            throw new StartupException($"{Address}={options.Address} is not an IP address: say 127.0.0.1 for this "
                + "machine alone, or 0.0.0.0 for all its networks.");
        }

        if (options.Port is < 0 or > IPEndPoint.MaxPort)
            throw new StartupException($"{Port}={options.Port} is not a port: say a number from 1 to 65535, or 0 for no MQTT broker.");

        var (username, password) = (!string.IsNullOrEmpty(options.Username), !string.IsNullOrEmpty(options.Password));
        if (username != password)
        {
            var (there, missing) = username ? (Username, Password) : (Password, Username);
            throw new StartupException($"{there} is set without {missing}: set both, or neither.");
        }

        if (!options.HasDoor && !IPAddress.IsLoopback(address))
        {
            throw new StartupException($"{Address}={options.Address} lets other machines connect: set {Username} and {Password}, or "
                + $"{MqttBrokerOptions.Section}:UsersFile as well, or listen on 127.0.0.1.");
        }

        return new IPEndPoint(address, options.Port);
    }
}
