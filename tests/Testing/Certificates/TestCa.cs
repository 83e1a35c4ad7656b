using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace IoTOrleans.Testing.Certificates;

/// <summary>A CA of a test, and the certificates that it signs.</summary>
public sealed class TestCa : IDisposable
{
    public const string ServerAuth = "1.3.6.1.5.5.7.3.1";
    public const string ClientAuth = "1.3.6.1.5.5.7.3.2";

    private readonly X509Certificate2 _own;

    public TestCa(string name = "test CA")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _own = Request(name, key, isCa: true)
            .CreateSelfSigned(new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new(2050, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }

    private TestCa(X509Certificate2 own) => _own = own;

    public string Pem => _own.ExportCertificatePem();

    /// <summary>A CA whose certificate this one has signed.</summary>
    public TestCa Intermediate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signed = Sign(Request(name, key, isCa: true), _own.NotBefore, _own.NotAfter);
        return new(signed.CopyWithPrivateKey(key));
    }

    /// <summary>For 127.0.0.1, for 90 days and, unless usages are named, for servers and clients.</summary>
    public PemPair Issue(
        string name, DateTimeOffset? from = null, DateTimeOffset? until = null, string[]? dnsNames = null,
        params IReadOnlyList<string> usages)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request(name, key, isCa: false);
        var allowed = new OidCollection();
        foreach (var usage in usages.Count > 0 ? usages : [ServerAuth, ClientAuth]) allowed.Add(new Oid(usage));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(allowed, critical: false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        foreach (var dnsName in dnsNames ?? []) names.AddDnsName(dnsName);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var signed = Sign(request, from ?? now.AddDays(-1), until ?? now.AddDays(90));
        return new(signed.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>For a client: whether this CA has signed it.</summary>
    public bool HasSigned(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(_own);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }

    public void Dispose() => _own.Dispose();

    private X509Certificate2 Sign(CertificateRequest request, DateTimeOffset from, DateTimeOffset until) =>
        request.Create(_own, from, until, RandomNumberGenerator.GetBytes(16));

    private static CertificateRequest Request(string name, ECDsa key, bool isCa)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(name);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isCa, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request;
    }
}

/// <param name="Certificate">PEM.</param>
/// <param name="Key">PEM, without a password.</param>
public sealed record PemPair(string Certificate, string Key)
{
    /// <summary>As most programs take it.</summary>
    public (string Certificate, string Key) Save(string folder, string name)
    {
        var (certificate, key) = (Path.Combine(folder, name + ".pem"), Path.Combine(folder, name + ".key"));
        File.WriteAllText(certificate, Certificate);
        File.WriteAllText(key, Key);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return (certificate, key);
    }
}
