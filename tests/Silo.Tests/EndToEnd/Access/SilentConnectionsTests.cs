using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using IoTOrleans.Testing.Mqtt;
using IoTOrleans.Testing.Processes;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd.Access;

/// <summary>A silo that other machines reach. Few open files: its places for silent connections are few as well.</summary>
public sealed class ReachableSilo : IAsyncLifetime
{
    internal const string Key = "a-key-for-these-tests";

    internal const int MostConnections = 60;

    internal SiloProcess Silo { get; private set; } = null!;

    internal int HttpPort { get; } = FreePort.Next();

    public async ValueTask InitializeAsync() => Silo = await SiloProcess.StartUnder(
        OperatingSystem.IsLinux() ? ["prlimit", "--nofile=1024:1024"] : [],
        ("ASPNETCORE_URLS", $"http://0.0.0.0:{HttpPort}"), ("Auth:ApiKey", Key), ("Storage:Provider", "Memory"),
        ("Events:Mqtt:Listen:Address", "0.0.0.0"), ("Events:Mqtt:Listen:Username", "device"),
        ("Events:Mqtt:Listen:Password", "secret-1"),
        ("Kestrel:Limits:MaxConcurrentConnections", $"{MostConnections}"));

    public ValueTask DisposeAsync() => Silo.DisposeAsync();
}

/// <summary>Connections that say nothing, more than there are places for: who has something to say is served meanwhile.</summary>
public sealed class SilentConnectionsTests(ReachableSilo one) : IClassFixture<ReachableSilo>, IDisposable
{
    private const string Live = "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);

    /// <summary>An address of this machine that is not loopback, which has places of its own.</summary>
    private static readonly IPAddress Elsewhere = NetworkInterface.GetAllNetworkInterfaces()
        .Where(network => network.OperationalStatus == OperationalStatus.Up)
        .SelectMany(network => network.GetIPProperties().UnicastAddresses)
        .Select(address => address.Address)
        .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address))
        ?? IPAddress.Loopback;

    private readonly List<Socket> _open = [];

    private SiloProcess Silo => one.Silo;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        foreach (var socket in _open) socket.Dispose();
    }

    [Fact]
    public async Task A_health_check_is_answered_from_here_and_from_elsewhere()
    {
        for (var silent = 0; silent < 5 * ReachableSilo.MostConnections; silent++)
        {
            var socket = await Open(one.HttpPort, Elsewhere);
            if (silent % 2 == 0) await socket.SendAsync("GET / HT"u8.ToArray(), Cancel);
        }

        (await Ask(Live, IPAddress.Loopback)).ShouldStartWith("HTTP/1.1 200");
        (await Ask(Live, Elsewhere)).ShouldStartWith("HTTP/1.1 200");
    }

    [Fact]
    public async Task Who_was_answered_once_and_says_no_more_is_as_silent()
    {
        for (var idle = 0; idle < 2 * ReachableSilo.MostConnections; idle++)
        {
            var socket = await Open(one.HttpPort, Elsewhere);
            await socket.SendAsync("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), Cancel);
            (await socket.ReceiveAsync(new byte[4096], Cancel)).ShouldBeGreaterThan(0, $"number {idle}");
        }

        (await Ask(Live, Elsewhere)).ShouldStartWith("HTTP/1.1 200");
    }

    [Fact]
    public async Task While_all_places_have_requests_this_machine_and_health_checks_are_served_and_the_others_are_told_so()
    {
        // A request that stays: its body has still to come. When Kestrel asks for it, the request has begun.
        var request = $"PUT /mutes/busy HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {ReachableSilo.Key}\r\n"
            + "Content-Type: application/json\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n";
        for (var busy = 0; busy < ReachableSilo.MostConnections; busy++)
        {
            var socket = await Open(one.HttpPort, Elsewhere);
            await socket.SendAsync(Encoding.ASCII.GetBytes(request), Cancel);
            (await Received(socket)).ShouldStartWith("HTTP/1.1 100", customMessage: $"number {busy}");
        }

        (await Ask(Live, IPAddress.Loopback)).ShouldStartWith("HTTP/1.1 200");
        (await Ask(Live, Elsewhere)).ShouldStartWith("HTTP/1.1 200");
        var device = $"GET /devices/x HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {ReachableSilo.Key}\r\n\r\n";
        (await Ask(device.Replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n", StringComparison.Ordinal), IPAddress.Loopback))
            .ShouldStartWith("HTTP/1.1 404");
        var refused = await Ask(device, Elsewhere);
        refused.ShouldStartWith("HTTP/1.1 503");
        refused.ShouldContain("Retry-After: ");
        refused.ShouldContain("Connection: close");
        refused.ShouldContain("X-Content-Type-Options: nosniff");
    }

    [Fact]
    public async Task A_thing_with_the_right_password_connects_among_silent_connections_and_one_with_a_wrong_one_is_closed_at_once()
    {
        for (var silent = 0; silent < 800; silent++)
        {
            var socket = await Open(Silo.MqttPort, Elsewhere);
            if (silent % 2 == 0) await socket.SendAsync(RawClient.Connect($"half-{silent}").AsMemory(0, 9), Cancel);
            if (silent % 100 != 0) continue;

            var thing = await Open(Silo.MqttPort, silent % 200 == 0 ? Elsewhere : IPAddress.Loopback);
            await thing.SendAsync(Connect($"among-{silent}", "secret-1"), Cancel);
            (await Bytes(thing)).ShouldBe([0x20, 2, 0, 0]);
            var stranger = await Open(Silo.MqttPort, Elsewhere);
            await stranger.SendAsync(Connect($"stranger-{silent}", "wrong"), Cancel);
            (await Bytes(stranger)).ShouldBe([0x20, 2, 0, 4]);
            (await Bytes(stranger)).ShouldBeEmpty();
        }

        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{one.HttpPort}") };
        http.DefaultRequestHeaders.Authorization = new("Bearer", ReachableSilo.Key);
        for (var silent = 0; silent < 800; silent += 100)
        {
            (await http.GetStringAsync(new Uri($"/devices/among-{silent}", UriKind.Relative), Cancel)).ShouldContain("\"connected\":true");
        }
    }

    /// <summary>User name <c>device</c>.</summary>
    private static byte[] Connect(string clientId, string password) => RawClient.Packet(
        0x10,
        [
            0, 4, .. "MQTT"u8, 4, 0xC2, 0, 0, 0, (byte)clientId.Length, .. Encoding.UTF8.GetBytes(clientId),
            0, 6, .. "device"u8, 0, (byte)password.Length, .. Encoding.UTF8.GetBytes(password),
        ]);

    private async Task<Socket> Open(int port, IPAddress from)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _open.Add(socket);
        await socket.ConnectAsync(new IPEndPoint(from, port), Cancel).AsTask().WaitAsync(Soon, Cancel);
        return socket;
    }

    private async Task<string> Ask(string request, IPAddress from)
    {
        var socket = await Open(one.HttpPort, from);
        await socket.SendAsync(Encoding.ASCII.GetBytes(request), Cancel);
        var said = new StringBuilder();
        while (await Received(socket) is { Length: > 0 } more) said.Append(more);
        return said.ToString();
    }

    private static async Task<string> Received(Socket socket) => Encoding.UTF8.GetString(await Bytes(socket));

    private static async Task<byte[]> Bytes(Socket socket)
    {
        var buffer = new byte[4096];
        return buffer[..await socket.ReceiveAsync(buffer, Cancel).AsTask().WaitAsync(Soon, Cancel)];
    }
}
