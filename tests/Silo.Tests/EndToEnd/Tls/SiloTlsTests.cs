using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using IoTOrleans.Silo.Tests.Tls;
using IoTOrleans.Testing.Certificates;
using IoTOrleans.Testing.Emulators;
using IoTOrleans.Testing.Processes;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.EndToEnd.Tls;

/// <summary>Who gets in by the silo port: with mutual TLS only silos of our CA, without it everybody.</summary>
public sealed class SiloTlsTests : IDisposable
{
    private const string Refused = " to the silo port was refused: ";

    private readonly TestCa _ca = new();
    private readonly TestCa _another = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _ca.Dispose();
        _another.Dispose();
    }

    /// <summary>That the stranger of these tests can do it, and that the start text says so.</summary>
    [Fact]
    public async Task Without_TLS_a_stranger_lists_grains_and_collects_activations()
    {
        await using var silo = await SiloProcess.Start(await OnDynamoDB(Fauxqs.NewName()));
        await silo.PostUntilTaken(new[] { new { thingName = "rpi-1", connected = true } });

        (await Stranger.Knocks(silo)).ShouldStartWith("got in: ");

        await silo.Says($"  Silos     port {silo.SiloPort} without TLS: whoever reaches it owns the fleet, the ClusterId is no "
            + "key (docs/cluster.md)");
    }

    [Fact]
    public async Task Two_silos_of_one_CA_are_one_fleet_and_nobody_else_gets_anything()
    {
        var shared = await OnDynamoDB(Fauxqs.NewName());
        using var files = new TlsFiles(_ca, _ca.Issue("one"));
        using var filesOfB = new TlsFiles(_ca, _ca.Issue("two"));
        using var others = new TlsFiles(_another, _another.Issue("three"));
        await using var a = await SiloProcess.Start([.. shared, .. files.Settings]);
        await using var b = await SiloProcess.Start([.. shared, .. filesOfB.Settings]);
        await a.Says($"  Silos     port {a.SiloPort} with mutual TLS");

        // Enough things that each silo has some.
        var things = Enumerable.Range(0, 20).Select(i => $"rpi-{i}").ToList();
        await a.PostUntilTaken(things.Select(thingName => new { thingName, connected = true }).ToList());
        foreach (var thing in things) (await b.Status(thing)).ShouldBe("connected");

        // The worst of them trusts whoever answers, and has a certificate that it made itself.
        (await Stranger.Knocks(a, others.Paths.CertificateFile, others.Paths.KeyFile)).ShouldStartWith("got nothing: ");
        a.Output.Count(line => line.Contains(Refused, StringComparison.Ordinal)).ShouldBe(1, a.AllOutput);
        a.Output.ShouldContain(line => line.Contains("its certificate is not one that Orleans:Tls:CaFile has signed"), a.AllOutput);
        (await Stranger.Knocks(a)).ShouldStartWith("got nothing: ");

        await using var wrong = SiloProcess.Begin([.. shared, .. others.Settings]);
        await using var plain = SiloProcess.Begin(shared);
        await b.Until(() => b.Output.Any(line => line.Contains(Refused, StringComparison.Ordinal)), "a line about the silo of another CA");
        foreach (var silo in new[] { wrong, plain })
        {
            await silo.Until(
                () => silo.Output.Any(line => line.Contains("is starting: it waits for", StringComparison.Ordinal)), "a start that does not end");
            silo.HasNoLineWith("is watching");
            using var ready = await silo.Http.GetAsync("/health/ready", Cancel);
            ready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        }

        foreach (var silo in new[] { a, b })
        {
            silo.Output.Count(line => line.Contains(Refused, StringComparison.Ordinal)).ShouldBe(1, silo.AllOutput);
            silo.HasNoLineWith("   at ");
            silo.HasNoLineWith(" fail: ");
        }

        await b.PostUntilTaken(things.Select(thingName => new { thingName, connected = false }).ToList());
        foreach (var thing in things) (await a.Status(thing)).ShouldBe("grace");
    }

    [Fact]
    public async Task New_files_are_used_without_a_restart_and_broken_ones_are_not()
    {
        using var files = new TlsFiles(_ca, _ca.Issue("old"));
        using var client = new TlsFiles(_ca, _ca.Issue("client"));
        var gateway = FreePort.Next();
        await using var silo = await SiloProcess.Start(
            [.. await OnDynamoDB(Fauxqs.NewName()), .. files.Settings, ("Orleans:Endpoints:GatewayPort", $"{gateway}")]);
        (await Shown(silo, client)).ShouldBe("CN=old");

        File.WriteAllText(files.Paths.KeyFile, "broken");
        await silo.Until(() => silo.AllOutput.Contains("cannot be used. The old one stays in use"), "word of the broken file");
        (await Shown(silo, client)).ShouldBe("CN=old");

        files.Write(_ca.Issue("new"));
        await silo.Until(() => silo.AllOutput.Contains("use the new certificate"), "word of the new files");
        (await Shown(silo, client)).ShouldBe("CN=new");
        silo.HasNoLineWith(Refused);

        // The port for Orleans' clients has the same lock.
        foreach (var port in new[] { gateway, silo.SiloPort }) (await AnswersInPlainText(port)).ShouldBe(0);
        silo.Output.Count(line => line.Contains(Refused, StringComparison.Ordinal)).ShouldBe(1, silo.AllOutput);
    }

    [Fact]
    public async Task Files_that_are_missing_and_other_mistakes_are_one_line_each_and_nothing_starts()
    {
        var (exitCode, output) = await SiloProcess.Fail(
            ("Storage:Provider", "DynamoDB"), ("Orleans:Tls:CertificateFile", "/no/a.pem"), ("Orleans:Tls:KeyFile", "/no/a.key"),
            ("Orleans:Tls:CaFile", "/no/ca.pem"));
        exitCode.ShouldBe(1, output);
        output.Trim().Split('\n').Count(line => line.StartsWith("Orleans:Tls:", StringComparison.Ordinal)).ShouldBe(3, output);
        output.ShouldContain("Events:Mqtt:Listen:Port");
    }

    private static async Task<(string, string)[]> OnDynamoDB(string prefix) =>
        [.. ClusterTests.Storage(await DynamoDBLocal.Get(), prefix), ("Presence:Grace", "1h")];

    /// <returns>How many bytes come back.</returns>
    private static async Task<int> AnswersInPlainText(int port)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, port, Cancel);
        await socket.GetStream().WriteAsync(new byte[100], Cancel);
        try
        {
            return await socket.GetStream().ReadAsync(new byte[1], Cancel);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>Whose certificate the silo shows to a connection that is made now.</summary>
    private static async Task<string> Shown(SiloProcess silo, TlsFiles client)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, silo.SiloPort, Cancel);
        using var own = X509Certificate2.CreateFromPemFile(client.Paths.CertificateFile, client.Paths.KeyFile);
        using var ca = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(client.Paths.CaFile, Cancel));
        await using var tls = new SslStream(socket.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "",
            ClientCertificates = [own],
            CertificateChainPolicy = new()
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { ca }, RevocationMode = X509RevocationMode.NoCheck,
            },
            RemoteCertificateValidationCallback =
                (_, _, _, errors) => (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None,
        }, Cancel);

        // A silo introduces itself first. So it has taken our certificate.
        (await tls.ReadAsync(new byte[1], Cancel)).ShouldBe(1);
        return tls.RemoteCertificate!.Subject;
    }
}
