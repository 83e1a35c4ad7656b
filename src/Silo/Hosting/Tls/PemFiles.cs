namespace IoTOrleans.Silo.Hosting.Tls;

/// <summary>What is in the files, as text.</summary>
internal sealed record PemFiles(string Certificate, string Key, string Ca)
{
    /// <returns>Null: there are mistakes.</returns>
    public static PemFiles? Read(SiloTlsSettings paths, List<string> mistakes)
    {
        var certificate = Read(SiloTlsSettings.Certificate, paths.CertificateFile, mistakes);
        var key = Read(SiloTlsSettings.Key, paths.KeyFile, mistakes);
        var ca = Read(SiloTlsSettings.Ca, paths.CaFile, mistakes);
        return certificate is null || key is null || ca is null ? null : new(certificate, key, ca);
    }

    /// <summary>Without the texts, one of which is a secret.</summary>
    public override string ToString() => nameof(PemFiles);

    private static string? Read(string setting, string path, List<string> mistakes)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            mistakes.Add($"{setting}={path} cannot be read ({exception.Message.TrimEnd('.')}): name a PEM file that this user may read.");
            return null;
        }
    }
}
