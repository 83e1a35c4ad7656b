using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using IoTOrleans.Events.Mqtt;
using MQTTnet;

namespace IoTOrleans.Events.Tests.Mqtt;

/// <summary>A certificate authority, and the certificates that it made, in files of a folder that goes with it.</summary>
internal sealed class TestAuthority : IDisposable
{
    private static readonly DateTimeOffset Today = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    internal TestAuthority(string name = "test authority")
    {
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        Root = request.CreateSelfSigned(Today.AddYears(-5), Today.AddYears(20));
        File.WriteAllText(CaFile, Root.ExportCertificatePem());
    }

    internal string Folder { get; } = Directory.CreateTempSubdirectory("iot-orleans-tls-").FullName;

    internal X509Certificate2 Root { get; }

    internal string CaFile => Path.Combine(Folder, "ca.pem");

    internal string CertificateFile => Path.Combine(Folder, "server.pem");

    internal string KeyFile => Path.Combine(Folder, "server.key");

    internal static TestAuthority WithServer()
    {
        var authority = new TestAuthority();
        authority.IssueServer();
        return authority;
    }

    /// <summary>The server's certificate, at a path of this authority or of another one.</summary>
    internal void IssueServer(TestAuthority? into = null, DateTimeOffset? ends = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Issue("broker", key, ends ?? Today.AddYears(10));
        File.WriteAllText((into ?? this).CertificateFile, certificate.ExportCertificatePem());
        File.WriteAllText((into ?? this).KeyFile, key.ExportPkcs8PrivateKeyPem());
    }

    internal X509Certificate2 IssueClient(string name, params string[] dnsNames) => IssueClient(name, Today.AddYears(10), null, dnsNames);

    /// <param name="usage">What alone the certificate is for; null: everything.</param>
    internal X509Certificate2 IssueClient(string name, DateTimeOffset ends, string? usage, params string[] dnsNames)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Issue(name, key, ends, usage, dnsNames);
        return certificate.CopyWithPrivateKey(key);
    }

    /// <summary>As mosquitto takes it.</summary>
    internal (string Certificate, string Key) Save(X509Certificate2 certificate, string name)
    {
        var (certificateFile, keyFile) = (Path.Combine(Folder, name + ".pem"), Path.Combine(Folder, name + ".key"));
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(keyFile, certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        return (certificateFile, keyFile);
    }

    internal void Configure(MqttBrokerOptions options) => (options.CertificateFile, options.KeyFile) = (CertificateFile, KeyFile);

    /// <summary>A client that trusts this authority alone.</summary>
    internal void Trust(MqttClientOptionsBuilder options) => Trust(options, []);

    internal void Trust(MqttClientOptionsBuilder options, params X509Certificate2[] shown) => options.WithTlsOptions(tls =>
    {
        tls.UseTls().WithCertificateValidationHandler(offered => IsOurs(offered.Certificate));
        if (shown.Length > 0) tls.WithClientCertificates(shown);
    });

    public void Dispose()
    {
        Root.Dispose();
        _key.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private bool IsOurs(X509Certificate certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(Root);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build((X509Certificate2)certificate);
    }

    private X509Certificate2 Issue(string name, ECDsa key, DateTimeOffset ends, string? usage = null, params string[] dnsNames)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        foreach (var dnsName in dnsNames) names.AddDnsName(dnsName);
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(name);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        if (usage is not null) request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new(usage)], critical: false));
        return request.Create(Root, Today.AddYears(-4), ends, RandomNumberGenerator.GetBytes(8));
    }
}
