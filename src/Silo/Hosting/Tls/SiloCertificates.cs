namespace IoTOrleans.Silo.Hosting.Tls;

/// <summary>The certificate that new connections use. It follows the files, as long as what they hold can be used.</summary>
internal sealed class SiloCertificates
{
    private readonly TlsSettings _paths;
    private readonly TimeProvider _time;
    private PemFiles? _seen;
    private volatile string _trouble = "";
    private volatile SiloCertificate _current;

    private SiloCertificates(TlsSettings paths, TimeProvider time, PemFiles seen, SiloCertificate current) =>
        (_paths, _time, _seen, _current) = (paths, time, seen, current);

    public SiloCertificate Current => _current;

    /// <summary>Why the next start would fail: what is wrong with the files of now. Null: nothing.</summary>
    public string? BadFiles => _trouble.Length == 0 ? null : _trouble;

    public TimeSpan Left => Current.Expires - _time.GetUtcNow();

    /// <exception cref="StartupException">They cannot be used.</exception>
    public static SiloCertificates Open(TlsSettings paths, TimeProvider time)
    {
        var mistakes = new List<string>();
        return PemFiles.Read(paths, mistakes) is { } files && SiloCertificate.Load(files, paths, time.GetUtcNow(), mistakes) is { } first
            ? new(paths, time, files, first) : throw new StartupException(string.Join(Environment.NewLine, mistakes));
    }

    /// <summary>What is wrong with the files.</summary>
    public static IReadOnlyList<string> Trouble(TlsSettings paths, DateTimeOffset now)
    {
        var mistakes = new List<string>();
        if (PemFiles.Read(paths, mistakes) is { } files) SiloCertificate.Load(files, paths, now, mistakes);
        return mistakes;
    }

    /// <summary>Reads the files again.</summary>
    /// <returns>Null: nothing new. Empty: new connections use what they hold now. Else why they cannot, and go on with the old.</returns>
    public IReadOnlyList<string>? Reload()
    {
        var mistakes = new List<string>();
        var files = PemFiles.Read(_paths, mistakes);
        if (files is not null && files == _seen) return null;
        if (files is not null && SiloCertificate.Load(files, _paths, _time.GetUtcNow(), mistakes) is { } next) _current = next;
        var trouble = string.Join(' ', mistakes);
        if (files is null && trouble == _trouble) return null;
        (_seen, _trouble) = (files, trouble);
        return mistakes;
    }
}
