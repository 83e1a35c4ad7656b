using System.Net;
using System.Net.Sockets;
using System.Text;
using IoTOrleans.Testing.Emulators;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd.Deployment;

/// <summary>Under systemd, with <c>Type=notify</c>: the unit is active when the service is ready, and not before.</summary>
public sealed class SystemdTests
{
    /// <summary>A parent by the name of systemd, which passes SIGTERM on and ends as its child does.</summary>
    private static readonly string[] Systemd =
    [
        "bash", "-c", """
            cp "$(command -v bash)" systemd
            exec ./systemd -c 'setpriv --pdeathsig KILL "$@" & trap "kill -TERM $!" TERM; wait $!; wait $!' systemd "$@"
            """, "bash",
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_says_when_it_is_ready_and_when_it_stops()
    {
        var folder = Directory.CreateTempSubdirectory("iot-orleans-systemd-");
        try
        {
            var path = Path.Combine(folder.FullName, "notify");
            using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            manager.Bind(new UnixDomainSocketEndPoint(path));
            await using var silo = SiloProcess.BeginUnder(Systemd, ("NOTIFY_SOCKET", path));

            (await Said(manager)).ShouldBe("READY=1");
            using var ready = await silo.Http.GetAsync("/health/ready", Cancel);
            ready.StatusCode.ShouldBe(HttpStatusCode.OK, silo.AllOutput);
            silo.Output.ShouldContain(line => line.StartsWith("20") && line.Contains("Z info: "), "its own lines, not .NET's for systemd");

            (await silo.Terminate()).ShouldBe(0, silo.AllOutput);
            (await Said(manager)).ShouldBe("STOPPING=1");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>.NET reads the name of process 1, which <c>ProtectProc</c> would hide from the unit's user.</summary>
    [Fact]
    public void The_unit_lets_it_see_that_it_runs_under_systemd()
    {
        var unit = File.ReadAllLines(Path.Combine(RepositoryRoot.Path, "deploy", "systemd", "iot-orleans.service"));
        unit.ShouldContain("Type=notify");
        unit.ShouldNotContain(line => line.StartsWith("ProtectProc", StringComparison.Ordinal));
    }

    private static async Task<string> Said(Socket manager)
    {
        using var patience = new CancellationTokenSource(SiloProcess.Patience, TimeProvider.System);
        var buffer = new byte[256];
        return Encoding.UTF8.GetString(buffer, 0, await manager.ReceiveAsync(buffer, patience.Token));
    }
}
