using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using IoTOrleans.Testing.Mqtt;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd.Access;

/// <summary>The system's limit of open files: at the limit the runtime aborts, so nobody gets it there.</summary>
public sealed partial class FileLimitTests
{
    private const int Limit = 1024;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task More_clients_than_the_limit_allows_are_turned_away_and_the_rest_is_served()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "prlimit is Linux's.");
        await using var silo = await SiloProcess.StartUnder(["prlimit", $"--nofile={Limit}:{Limit}"], ("Presence:Grace", "1h"));
        await silo.Until(() => Said().IsMatch(silo.AllOutput), "the number of connections that fit");
        var room = int.Parse(Said().Match(silo.AllOutput).Groups[1].Value, CultureInfo.InvariantCulture);
        room.ShouldBeInRange(400, 700);

        var clients = new List<Socket>();
        try
        {
            while (clients.Count < Limit && await Connect(silo.MqttPort, $"thing-{clients.Count}") is { } client) clients.Add(client);

            clients.Count.ShouldBeInRange(room - 50, room + 50, silo.AllOutput);
            for (var i = 0; i < 100; i++) (await Connect(silo.MqttPort, $"late-{i}")).ShouldBeNull();
            using var health = await silo.Http.GetAsync("/health/ready", Cancel);
            health.StatusCode.ShouldBe(HttpStatusCode.OK);
            (await silo.Status("thing-0")).ShouldBe("connected");
            silo.Output.Count(line => line.Contains($"may have {Limit} files open", StringComparison.Ordinal)).ShouldBe(1, silo.AllOutput);
        }
        finally
        {
            foreach (var client in clients) client.Dispose();
        }

        await silo.Until(
            async () =>
            {
                using var again = await Connect(silo.MqttPort, "late-0");
                return again is not null;
            },
            "room, once the others are gone");
        (await silo.Terminate()).ShouldBe(0, silo.AllOutput);
    }

    [Fact]
    public async Task A_limit_that_nothing_can_run_with_is_one_line()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "prlimit is Linux's.");
        var (exitCode, output) = await SiloProcess.FailUnder(["prlimit", "--nofile=400:400"]);
        exitCode.ShouldBe(1, output);
        output.Trim().ShouldBe(
            "This process may have 400 files open, and needs 512 at least: raise the limit (ulimit -n, LimitNOFILE= of systemd, "
                + "--ulimit nofile= of docker).");
    }

    /// <returns>null: turned away.</returns>
    private static async Task<Socket?> Connect(int port, string clientId)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, Cancel);
            await socket.SendAsync(RawClient.Connect(clientId), Cancel);
            if (await socket.ReceiveAsync(new byte[4], Cancel) == 4) return socket;
        }
        catch (SocketException)
        {
            // Reset: turned away, too.
        }

        socket.Dispose();
        return null;
    }

    [GeneratedRegex(@"1024 may be open at once: room for ([0-9]+) connections")]
    private static partial Regex Said();
}
