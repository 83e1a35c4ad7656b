namespace IoTOrleans.Silo.Hosting.Tls;

/// <summary>The certificate that new connections use. It follows the files, as long as what they hold can be used.</summary>
internal sealed class SiloCertificates
{
    private readonly TimeProvider _time;
    private readonly FileContent<SiloCertificate> _files;
    private volatile string? _trouble;

    private SiloCertificates(SiloTlsSettings paths, TimeProvider time)
    {
        (KeyFile, _time) = (paths.KeyFile, time);
        _files = new(_ => Load(paths, time.GetUtcNow()), [paths.CertificateFile, paths.KeyFile, paths.CaFile]);
    }

    public string KeyFile { get; }

    public SiloCertificate Current => _files.Current!;

    /// <summary>Why the next start would fail: what is wrong with the files of now. Null: nothing.</summary>
    public string? BadFiles => _trouble;

    public TimeSpan Left => Current.NotAfter - _time.GetUtcNow();

    /// <exception cref="StartupException">They cannot be used.</exception>
    public static SiloCertificates Open(SiloTlsSettings paths, TimeProvider time)
    {
        var certificates = new SiloCertificates(paths, time);
        return certificates.Reload() is [_, ..] mistakes
            ? throw new StartupException(string.Join(Environment.NewLine, mistakes)) : certificates;
    }

    /// <summary>What is wrong with the files.</summary>
    public static IReadOnlyList<string> Trouble(SiloTlsSettings paths, DateTimeOffset now) => Load(paths, now).Mistakes;

    /// <summary>Reads the files again.</summary>
    /// <returns>Null: nothing new. Empty: new connections use what they hold now. Else why they cannot, and go on with the old.</returns>
    public IReadOnlyList<string>? Reload()
    {
        if (_files.Look()?.Mistakes is not { } mistakes) return null;
        _trouble = mistakes.Count == 0 ? null : string.Join(' ', mistakes);
        return mistakes;
    }

    private static Loaded<SiloCertificate> Load(SiloTlsSettings paths, DateTimeOffset now)
    {
        var mistakes = new List<string>();
        return new(
            PemFiles.Read(paths, mistakes) is { } files ? SiloCertificate.Load(files, now, mistakes) : null, mistakes);
    }
}
