using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace IoTOrleans.Silo.Hosting.Tls;

/// <summary>What a silo shows other silos, and whom it trusts: all whose certificate the CA has signed, and nobody else.</summary>
/// <param name="Own">The certificate with its key, and the intermediates from its file.</param>
/// <param name="Trusted">The root certificates of the CA file.</param>
/// <param name="Others">Its other certificates, which only help to find the way to a root.</param>
/// <param name="Expires">When the first certificate on the way from our own to the root expires.</param>
internal sealed record SiloCertificate(
    SslStreamCertificateContext Own, X509Certificate2Collection Trusted, X509Certificate2Collection Others, DateTimeOffset Expires)
{
    private static readonly Oid ServerAuth = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientAuth = new("1.3.6.1.5.5.7.3.2");

    /// <returns>Null: there are mistakes.</returns>
    public static SiloCertificate? Load(PemFiles files, SiloTlsSettings paths, DateTimeOffset now, List<string> mistakes)
    {
        var (own, intermediates) = LoadOwn(files, paths, mistakes);
        var (trusted, others) = LoadCa(files, paths, mistakes);
        if (mistakes.Count > 0) return null;
        if (Check(own!, intermediates, trusted, others, now, paths, mistakes) is not { } expires) return null;
        return new(SslStreamCertificateContext.Create(own!, intermediates, offline: true), trusted, others, expires);
    }

    /// <summary>For a certificate that another silo shows. No name is compared, because silos are called by their address.</summary>
    public X509ChainPolicy PolicyForOthers() => Policy(Trusted, Others);

    /// <summary>Nothing is fetched: the address for it would come from whoever connects.</summary>
    private static X509ChainPolicy Policy(X509Certificate2Collection trusted, X509Certificate2Collection others)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(trusted);
        policy.ExtraStore.AddRange(others);
        return policy;
    }

    private static (X509Certificate2? Own, X509Certificate2Collection Intermediates) LoadOwn(
        PemFiles files, SiloTlsSettings paths, List<string> mistakes)
    {
        try
        {
            var own = X509Certificate2.CreateFromPem(files.Certificate, files.Key);
            var all = new X509Certificate2Collection();
            all.ImportFromPem(files.Certificate);
            all.RemoveAt(0);
            return (Usable(own), all);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            var why = exception is ArgumentException ? "the key belongs to another certificate" : OneLine(exception);
            mistakes.Add($"{SiloTlsSettings.Certificate}={paths.CertificateFile} and {SiloTlsSettings.Key}={paths.KeyFile} are no "
                + $"certificate and its private key ({why}): both must be PEM, and the key without a password.");
            return (null, []);
        }
    }

    /// <summary>Windows does not use a key that is in memory only.</summary>
    private static X509Certificate2 Usable(X509Certificate2 own)
    {
        if (!OperatingSystem.IsWindows()) return own;
        using (own) return X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pfx), null);
    }

    private static (X509Certificate2Collection Trusted, X509Certificate2Collection Others) LoadCa(
        PemFiles files, SiloTlsSettings paths, List<string> mistakes)
    {
        var all = new X509Certificate2Collection();
        var why = "";
        try
        {
            all.ImportFromPem(files.Ca);
        }
        catch (CryptographicException exception)
        {
            why = $" ({OneLine(exception)})";
        }

        var roots = all.Where(certificate => certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData))
            .ToList();
        if (roots.Count == 0)
            mistakes.Add($"{SiloTlsSettings.Ca}={paths.CaFile} has no root certificate{why}: it must be PEM, with the certificate of the "
                + "CA that signs the silos' certificates.");
        return ([.. roots], [.. all.Except(roots)]);
    }

    private static DateTimeOffset? Check(
        X509Certificate2 own, X509Certificate2Collection intermediates, X509Certificate2Collection trusted,
        X509Certificate2Collection others, DateTimeOffset now, SiloTlsSettings paths, List<string> mistakes)
    {
        using var chain = new X509Chain { ChainPolicy = Policy(trusted, others) };
        chain.ChainPolicy.ExtraStore.AddRange(intermediates);
        chain.ChainPolicy.ApplicationPolicy.Add(ServerAuth);
        chain.ChainPolicy.ApplicationPolicy.Add(ClientAuth);
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        var isGood = chain.Build(own);
        var expires = chain.ChainElements.Min(element => new DateTimeOffset(element.Certificate.NotAfter));
        if (isGood) return expires;
        var flags = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status);
        mistakes.Add($"{SiloTlsSettings.Certificate}={paths.CertificateFile}: " + (flags switch
        {
            _ when flags.HasFlag(X509ChainStatusFlags.NotTimeValid) => now > expires
                ? $"it, or a certificate that signed it, expired at {expires.UtcDateTime:u}; make a new one."
                : $"it, or a certificate that signed it, is not valid before {new DateTimeOffset(own.NotBefore).UtcDateTime:u}; look at "
                    + "this machine's clock.",
            _ when flags.HasFlag(X509ChainStatusFlags.NotValidForUsage) =>
                "its extended key usage must allow both serverAuth and clientAuth, because a silo is both; make a new one.",
            _ => $"{SiloTlsSettings.Ca}={paths.CaFile} has not signed it ({flags}); give the certificate of the CA that has.",
        }));
        return null;
    }

    private static string OneLine(Exception exception) => exception.Message.ReplaceLineEndings(" ").TrimEnd('.');
}
