using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using IoTOrleans.Events.Machine;

namespace IoTOrleans.Silo.Hosting.Tls;

/// <summary>What a silo shows other silos, and whom it trusts: all whose certificate the CA has signed, and nobody else.</summary>
/// <param name="Own">The certificate with its key, and the intermediates from its file.</param>
/// <param name="NotAfter">When the first certificate on the way from our own to the root expires.</param>
internal sealed record SiloCertificate(SslStreamCertificateContext Own, PemCa Ca, DateTimeOffset NotAfter)
{
    /// <returns>Null: there are mistakes.</returns>
    public static SiloCertificate? Load(PemFiles files, DateTimeOffset now, List<string> mistakes)
    {
        var own = PemCertificate.Load(files.Certificate, files.Key, mistakes);
        var ca = PemCa.Load(files.Ca, mistakes);
        return own is not null && ca is not null && Check(own, ca, now, files, mistakes) is { } notAfter
            ? new(own.Context, ca, notAfter) : null;
    }

    /// <summary>Unlike a device, a silo looks at the time of others, so an expired certificate is none.</summary>
    private static DateTimeOffset? Check(PemCertificate own, PemCa ca, DateTimeOffset now, PemFiles files, List<string> mistakes)
    {
        using var chain = new X509Chain { ChainPolicy = ca.ToPolicy(PemCa.ServerAuthentication, PemCa.ClientAuthentication) };
        chain.ChainPolicy.ExtraStore.AddRange(own.Intermediates);
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        var isGood = chain.Build(own.Own);
        var notAfter = chain.ChainElements.Min(element => new DateTimeOffset(element.Certificate.NotAfter));
        if (isGood) return notAfter;
        var flags = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status);
        mistakes.Add($"{files.Certificate}: " + (flags switch
        {
            _ when flags.HasFlag(X509ChainStatusFlags.NotTimeValid) => now > notAfter
                ? $"it, or a certificate that signed it, expired at {notAfter.UtcDateTime:u}; make a new one."
                : $"it, or a certificate that signed it, is not valid before {new DateTimeOffset(own.Own.NotBefore).UtcDateTime:u}; look "
                    + "at this machine's clock.",
            _ when flags.HasFlag(X509ChainStatusFlags.NotValidForUsage) =>
                "its extended key usage must allow both serverAuth and clientAuth, because a silo is both; make a new one.",
            _ => $"{files.Ca} has not signed it ({flags}); give the certificate of the CA that has.",
        }));
        return null;
    }
}
