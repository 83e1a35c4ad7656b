using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace IoTOrleans.Events.Machine;

/// <summary>A certificate with its key, and the intermediates that lead from it to its CA.</summary>
/// <param name="Context">Both, as TLS takes them.</param>
internal sealed record PemCertificate(
    X509Certificate2 Own, X509Certificate2Collection Intermediates, SslStreamCertificateContext Context)
{
    /// <param name="certificate">The certificate itself comes first.</param>
    /// <returns>Null: they cannot be used, which is one more mistake.</returns>
    public static PemCertificate? Load(PemFile certificate, PemFile key, List<string> mistakes)
    {
        try
        {
            var own = Usable(X509Certificate2.CreateFromPem(certificate.Text, key.Text));
            var all = new X509Certificate2Collection();
            all.ImportFromPem(certificate.Text);
            all.RemoveAt(0);
            return new(own, all, SslStreamCertificateContext.Create(own, all, offline: true));
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or NotSupportedException)
        {
            var why = exception is ArgumentException ? "the key belongs to another certificate" : PemFile.Why(exception);
            mistakes.Add($"{certificate} and {key} are no certificate and its private key ({why}): both must be PEM, and the key without "
                + "a password.");
            return null;
        }
    }

    /// <summary>Windows does not use a key that is in memory only.</summary>
    private static X509Certificate2 Usable(X509Certificate2 own)
    {
        if (!OperatingSystem.IsWindows()) return own;
        using (own) return X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pfx), null);
    }
}
