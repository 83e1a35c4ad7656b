using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using IoTOrleans.Testing.Certificates;

namespace IoTOrleans.Silo.Tests.Tls;

internal static class Forgery
{
    /// <summary>What .NET itself refuses to make: a certificate signed with the key of one that is no CA.</summary>
    public static PemPair SignedBy(X509Certificate2 noCa)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signer = noCa.GetECDsaPrivateKey()!;
        var request = new CertificateRequest(new X500DistinguishedName("CN=forged"), key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var forged = request.Create(
            noCa.SubjectName, X509SignatureGenerator.CreateForECDsa(signer), now.AddDays(-1), now.AddDays(30),
            RandomNumberGenerator.GetBytes(16));
        return new(forged.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}
