using IoTOrleans.Events.Machine;

namespace IoTOrleans.Silo.Hosting.Tls;

/// <summary>The files of a silo, as they are at one moment.</summary>
internal sealed record PemFiles(PemFile Certificate, PemFile Key, PemFile Ca)
{
    /// <returns>Null: there are mistakes.</returns>
    public static PemFiles? Read(SiloTlsSettings paths, List<string> mistakes)
    {
        var certificate = PemFile.Read(SiloTlsSettings.Certificate, paths.CertificateFile, mistakes);
        var key = PemFile.Read(SiloTlsSettings.Key, paths.KeyFile, mistakes);
        var ca = PemFile.Read(SiloTlsSettings.Ca, paths.CaFile, mistakes);
        return certificate is null || key is null || ca is null ? null : new(certificate, key, ca);
    }
}
