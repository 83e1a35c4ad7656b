using System.Security.Cryptography.X509Certificates;
using IoTOrleans.Events.Mqtt;
using IoTOrleans.Testing.Certificates;
using MQTTnet;

namespace IoTOrleans.Events.Tests.Mqtt;

/// <summary>A CA with the broker's certificate, in files of a folder that goes with it.</summary>
internal sealed class BrokerCa : IDisposable
{
    /// <summary>Valid at the time of the tests' clock and at that of the system's.</summary>
    private static readonly DateTimeOffset From = new(2022, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Until = new(2036, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TestCa _ca;

    internal BrokerCa(DateTimeOffset? ends = null, string name = "test CA")
    {
        _ca = new(name);
        File.WriteAllText(CaFile, _ca.Pem);
        IssueServer(into: this, ends);
    }

    internal string Folder { get; } = Directory.CreateTempSubdirectory("iot-orleans-tls-").FullName;

    internal string CaFile => Path.Combine(Folder, "ca.pem");

    internal string CertificateFile => Path.Combine(Folder, "server.pem");

    internal string KeyFile => Path.Combine(Folder, "server.key");

    internal void IssueServer(BrokerCa into, DateTimeOffset? ends = null) =>
        _ca.Issue("broker", From, ends ?? Until).Save(into.Folder, "server");

    internal PemPair IssueClient(string name, params string[] dnsNames) => _ca.Issue(name, From, Until, dnsNames);

    /// <param name="usage">What alone it is for; null: servers and clients.</param>
    internal PemPair IssueClientOf(string name, DateTimeOffset ends, string? usage) =>
        _ca.Issue(name, From, ends, null, usage is null ? [] : [usage]);

    internal void Configure(MqttBrokerOptions options) => (options.CertificateFile, options.KeyFile) = (CertificateFile, KeyFile);

    /// <summary>A client that trusts this CA alone.</summary>
    internal void Trust(MqttClientOptionsBuilder options) => Trust(options, []);

    internal void Trust(MqttClientOptionsBuilder options, params X509Certificate2[] shown) => options.WithTlsOptions(tls =>
    {
        tls.UseTls().WithCertificateValidationHandler(offered => _ca.HasSigned((X509Certificate2)offered.Certificate));
        if (shown.Length > 0) tls.WithClientCertificates(shown);
    });

    public void Dispose()
    {
        _ca.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
