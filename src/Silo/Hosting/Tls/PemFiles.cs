using IoTOrleans.Events.Machine;

namespace IoTOrleans.Silo.Hosting.Tls;

/// <summary>The files of a silo, as they are at one moment.</summary>
internal sealed record PemFiles(PemFile Certificate, PemFile Key, PemFile Ca)
{
    /// <returns>Null: there are mistakes.</returns>
    public static PemFiles? Read(TlsSettings paths, List<string> mistakes)
    {
        var certificate = PemFile.Read(TlsSettings.Certificate, paths.CertificateFile, mistakes);
        var key = PemFile.Read(TlsSettings.Key, paths.KeyFile, mistakes);
        var ca = PemFile.Read(TlsSettings.Ca, paths.CaFile, mistakes);
        return certificate is null || key is null || ca is null ? null : new(certificate, key, ca);
    }
}
