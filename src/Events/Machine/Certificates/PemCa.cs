using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace IoTOrleans.Events.Machine;

/// <summary>Whose certificates are trusted. The system's CAs never are.</summary>
/// <param name="Others">Certificates that only help to find the way to a root.</param>
internal sealed record PemCa(X509Certificate2Collection Roots, X509Certificate2Collection Others)
{
    public const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    public const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>Nothing is fetched: the address for it would come from whoever connects.</summary>
    /// <param name="usages">What the certificate must be for. In a handshake TLS adds the side that shows it.</param>
    public X509ChainPolicy ToPolicy(params IEnumerable<string> usages)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(Roots);
        policy.ExtraStore.AddRange(Others);
        foreach (var usage in usages) policy.ApplicationPolicy.Add(new Oid(usage));
        return policy;
    }

    /// <returns>Null: it cannot be used, which is one more mistake.</returns>
    public static PemCa? Load(PemFile file, List<string> mistakes)
    {
        var all = new X509Certificate2Collection();
        var why = "";
        try
        {
            all.ImportFromPem(file.Text);
        }
        catch (Exception exception) when (exception is CryptographicException or NotSupportedException)
        {
            why = $" ({PemFile.Why(exception)})";
        }

        var roots = all.Where(certificate => certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData))
            .ToList();
        if (roots.Count > 0) return new([.. roots], [.. all.Except(roots)]);
        mistakes.Add($"{file} has no root certificate{why}: it must be PEM, with the certificate of the CA that signs the certificates of "
            + "the other side.");
        return null;
    }
}
