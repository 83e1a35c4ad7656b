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

    internal static async Task<IConnectionListener> Open(
        MqttBrokerOptions options, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        // Both are thresholds for waiting, not sizes. MaxPacketBytes limits what comes in, and only answers go out.
        var transport = new SocketTransportOptions
        {
            MaxReadBufferSize = options.MaxPacketBytes,
            MaxWriteBufferSize = 16 * 1024,
            Backlog = ListenPort.Backlog,
        };
        try
        {
            return await new SocketTransportFactory(Options.Create(transport), loggers).BindAsync(options.EndPoint, cancellationToken);
        }
        catch (Exception exception) when (exception is AddressInUseException or SocketException)
        {
            throw new StartupException(PortAt(options.EndPoint).Explain(exception), exception);
        }
    }

    internal static ListenPort PortAt(IPEndPoint endPoint) => new(
        $"{Port}={endPoint.Port}", $"{Address}={endPoint.Address}", endPoint,
        $"set {Port} to a free port from 1024 up, or to 0 for no MQTT broker");
}
