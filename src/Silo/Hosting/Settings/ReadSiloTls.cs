namespace IoTOrleans.Silo.Hosting.Settings;

/// <summary>The files of mutual TLS between silos.</summary>
internal sealed record SiloTlsSettings(string CertificateFile, string KeyFile, string CaFile)
{
    public const string Section = "Orleans:Tls";
    public const string Certificate = $"{Section}:{nameof(CertificateFile)}";
    public const string Key = $"{Section}:{nameof(KeyFile)}";
    public const string Ca = $"{Section}:{nameof(CaFile)}";
}

internal static class ReadSiloTls
{
    private static readonly string[] Keys = [SiloTlsSettings.Certificate, SiloTlsSettings.Key, SiloTlsSettings.Ca];

    /// <summary>Null: none of them is set.</summary>
    public static SiloTlsSettings? From(SettingsReader reader, StorageProvider storage)
    {
        var missing = Keys.Where(key => reader.Text(key) is null).ToList();
        if (missing.Count == Keys.Length) return null;
        if (storage != StorageProvider.DynamoDB)
            reader.Mistake($"{SiloTlsSettings.Section}: a silo that is alone opens no port to other silos; leave these settings out, "
                + "or use Storage:Provider=DynamoDB.");
        if (missing.Count > 0)
        {
            reader.Mistake($"{string.Join(" and ", missing)}: not set. TLS between silos needs all of {string.Join(", ", Keys)}; "
                + "set them all, or none.");
            return null;
        }

        return new(Path(SiloTlsSettings.Certificate), Path(SiloTlsSettings.Key), Path(SiloTlsSettings.Ca));

        string Path(string key) => System.IO.Path.GetFullPath(reader.FilePath(key, "") is { Length: > 0 } path ? path : ".");
    }
}
