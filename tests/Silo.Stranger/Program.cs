using System.Net;
using System.Security.Cryptography.X509Certificates;
using IoTOrleans.Silo.Stranger;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Connections.Security;

// A second process for the tests: somebody else's silo. It has no access to any table, only a membership of its own and the cluster's ids,
// and asks a silo for its grains. As anybody writes one who has read Orleans' documentation.
//   <victim, like 127.0.0.1:11111@123> <port of its own> [<certificate.pem> <key.pem>, to speak TLS and to trust whoever answers]
// Prints "got in: <number of grains>", or "got nothing: <why>".
var victim = SiloAddress.FromParsableString(args[0]);
var builder = Host.CreateApplicationBuilder();
builder.Logging.ClearProviders();
builder.UseOrleans(silo =>
{
    silo.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = ("iot-orleans", "iot-orleans"));
    silo.Configure<EndpointOptions>(options =>
        (options.AdvertisedIPAddress, options.SiloPort, options.GatewayPort) = (IPAddress.Loopback, int.Parse(args[1], null), 0));
    silo.Configure<ClusterMembershipOptions>(options => options.MaxJoinAttemptTime = TimeSpan.FromSeconds(10));
    silo.Services.AddSingleton<IMembershipTable>(new OwnMembership(victim));
    if (args.Length > 2) silo.UseTls(Tls(args[2], args[3]));
});
using var host = builder.Build();
using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
try
{
    await host.StartAsync(patience.Token);
    var management = host.Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0);
    for (var found = 0; ; await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, patience.Token))
    {
        try
        {
            found = (await management.GetDetailedGrainStatistics(null, [victim])).Length;
        }
        catch (Exception) when (!patience.IsCancellationRequested)
        {
            // The two have to learn of each other's grains first.
        }

        if (found == 0) continue;
        await management.ForceActivationCollection([victim], TimeSpan.FromSeconds(1));
        Console.WriteLine($"got in: {found}");
        break;
    }
}
catch (Exception exception)
{
    Console.WriteLine($"got nothing: {exception.GetBaseException().Message.ReplaceLineEndings(" ")}");
}

// What it could not do is done; nobody waits for its leaving.
Environment.Exit(0);

static Action<TlsOptions> Tls(string certificate, string key) => options =>
{
    var own = X509Certificate2.CreateFromPemFile(certificate, key);
    options.LocalCertificate = own;
    options.LocalClientCertificateSelector = (_, _, _, _, _) => own;
    options.AllowAnyRemoteCertificate();
};
