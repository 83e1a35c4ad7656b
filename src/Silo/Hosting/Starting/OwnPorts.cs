using IoTOrleans.Events.Machine;

namespace IoTOrleans.Silo.Hosting.Starting;

internal static class OwnPorts
{
    private const string SiloPort = "Orleans:Endpoints:SiloPort";
    private const string GatewayPort = "Orleans:Endpoints:GatewayPort";
    private const string Advertised = "Orleans:Endpoints:AdvertisedIPAddress";

    public static ListenPort Web(string address, EndPoint endPoint) =>
        new(address, address, endPoint, "set ASPNETCORE_URLS or --urls to a free address, like http://127.0.0.1:8081");

    public static ListenPort Silo(IPEndPoint endPoint) => new(
        $"{SiloPort}={endPoint.Port}", $"{Advertised}={endPoint.Address}", endPoint,
        $"set {SiloPort} to a free port: each silo on a host needs its own");

    public static ListenPort Gateway(IPEndPoint endPoint) => new(
        $"{GatewayPort}={endPoint.Port}", $"{Advertised}={endPoint.Address}", endPoint,
        $"set {GatewayPort} to a free port, or to 0 for none");
}
