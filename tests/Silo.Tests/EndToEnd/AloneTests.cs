using System.Net;
using System.Net.Sockets;
using IoTOrleans.Testing.Processes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd;

/// <summary>With SQLite or in memory there is no second silo: no Orleans port is open, and nobody gets in by one.</summary>
public sealed class AloneTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Sqlite")]
    [InlineData("Memory")]
    public async Task A_silo_of_another_process_does_not_get_in(string provider)
    {
        await using var silo = await SiloProcess.Start(("Storage:Provider", provider), ("Presence:Grace", "1h"));
        using var posted = await silo.Post(new { thingName = "rpi-1", connected = true });

        using (var stranger = Stranger(silo.SiloPort))
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            limit.CancelAfter(TimeSpan.FromSeconds(10));
            await Should.ThrowAsync<Exception>(() => stranger.StartAsync(limit.Token));
        }

        using var client = new TcpClient();
        var refused = await Should.ThrowAsync<SocketException>(
            async () => await client.ConnectAsync(IPAddress.Loopback, silo.SiloPort, Cancel));
        refused.SocketErrorCode.ShouldBe(SocketError.ConnectionRefused);
        (await silo.Status("rpi-1")).ShouldBe("connected");
        foreach (var page in new[] { "/dashboard", "/health/ready" })
        {
            using var response = await silo.Http.GetAsync(page, Cancel);
            response.StatusCode.ShouldBe(HttpStatusCode.OK, page);
        }

        (await silo.Terminate()).ShouldBe(0, silo.AllOutput);
        silo.HasNoLineWith(" fail: ");
    }

    [Fact]
    public async Task Two_that_are_alone_need_no_ports_of_their_own_for_it()
    {
        await using var first = await SiloProcess.Start();
        var port = first.SiloPort.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await using var second = await SiloProcess.Start(("Orleans:Endpoints:SiloPort", port));
        using var posted = await first.Post(new { thingName = "rpi-1", connected = true });

        (await second.Status("rpi-1")).ShouldBeNull();
        (await first.Status("rpi-1")).ShouldBe("connected");
    }

    /// <summary>As anybody writes one who has read Orleans' documentation, and this service's default ids.</summary>
    private static IHost Stranger(int primary)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo => silo
            .UseDevelopmentClustering(new IPEndPoint(IPAddress.Loopback, primary))
            .Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = ("iot-orleans", "iot-orleans"))
            .Configure<EndpointOptions>(options =>
                (options.AdvertisedIPAddress, options.SiloPort, options.GatewayPort) = (IPAddress.Loopback, FreePort.Next(), 0)));
        return builder.Build();
    }
}
