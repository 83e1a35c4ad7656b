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
        var now = TimeProvider.System.GetUtcNow();
        _own = Request(name, key, isCa: true).CreateSelfSigned(now.AddYears(-2), now.AddYears(2));
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

    /// <summary>For 90 days and, unless usages are named, for servers and clients.</summary>
    public PemPair Issue(string name, DateTimeOffset? from = null, DateTimeOffset? until = null, params IReadOnlyList<string> usages)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request(name, key, isCa: false);
        var allowed = new OidCollection();
        foreach (var usage in usages.Count > 0 ? usages : [ServerAuth, ClientAuth]) allowed.Add(new Oid(usage));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(allowed, critical: false));
        var now = TimeProvider.System.GetUtcNow();
        using var signed = Sign(request, from ?? now.AddDays(-1), until ?? now.AddDays(90));
        return new(signed.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    public void Dispose() => _own.Dispose();

    private X509Certificate2 Sign(CertificateRequest request, DateTimeOffset from, DateTimeOffset until) =>
        request.Create(_own, from, until, RandomNumberGenerator.GetBytes(16));

    private static CertificateRequest Request(string name, ECDsa key, bool isCa)
    {
        var request = new CertificateRequest(new X500DistinguishedName($"CN={name}"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isCa, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request;
    }
}

/// <param name="Certificate">PEM.</param>
/// <param name="Key">PEM, without a password.</param>
public sealed record PemPair(string Certificate, string Key);
