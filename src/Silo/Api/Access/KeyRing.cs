namespace IoTOrleans.Silo.Api.Access;

/// <summary>
/// The keys in effect. Key files are read again when they change, so a key is replaced without a restart. A file that cannot be used
/// changes nothing: nobody is locked out, and nobody is let in, by a typing error.
/// </summary>
internal sealed partial class KeyRing
{
    internal static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly AuthSettings _auth;
    private readonly TimeProvider _time;
    private readonly ILogger<KeyRing> _logger;
    private readonly List<string> _files;
    private readonly Lock _lock = new();
    private volatile KeySet _keys;
    private List<(DateTime, long)> _stamps;
    private long _lookedAt;

    public KeyRing(AuthSettings auth, TimeProvider time, ILogger<KeyRing> logger)
    {
        (_auth, _time, _logger) = (auth, time, logger);
        _files = [.. new[] { auth.ApiKey.Path, auth.ReadOnlyKey.Path }.OfType<string>()];
        (_stamps, _lookedAt) = (Stamps(), time.GetTimestamp());
        _keys = KeySet.Read(auth, mistake => throw new StartupException(mistake));
        WarnOfOpenFiles();
    }

    public Key? Find(ReadOnlySpan<byte> candidate)
    {
        if (_files.Count > 0) Look();
        return _keys.Find(candidate);
    }

    private void Look()
    {
        lock (_lock)
        {
            if (_time.GetElapsedTime(_lookedAt) < LookEvery) return;
            _lookedAt = _time.GetTimestamp();
            var stamps = Stamps();
            if (stamps.SequenceEqual(_stamps)) return;

            _stamps = stamps;
            var mistakes = new List<string>();
            var keys = KeySet.Read(_auth, mistakes.Add);
            if (mistakes.Count > 0)
            {
                LogKept(string.Join(' ', mistakes));
                return;
            }

            _keys = keys;
            LogReplaced(string.Join(" and ", _files), keys.Count);
            WarnOfOpenFiles();
        }
    }

    private List<(DateTime, long)> Stamps() => _files.ConvertAll(path =>
    {
        var file = new FileInfo(path);
        return file.Exists ? (file.LastWriteTimeUtc, file.Length) : (default, 0);
    });

    private void WarnOfOpenFiles()
    {
        foreach (var path in _files)
        {
            if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(path).HasFlag(UnixFileMode.OtherRead)) LogOpen(path);
        }
    }

    [LoggerMessage(LogLevel.Information, "{Files} changed: {Count} keys are in effect.")]
    private partial void LogReplaced(string files, int count);

    [LoggerMessage(LogLevel.Warning, "The keys stay as they were, because the new ones cannot be used. {Mistakes}")]
    private partial void LogKept(string mistakes);

    [LoggerMessage(LogLevel.Warning, "Every user of this machine can read the keys in {Path}: chmod 600 {Path}.")]
    private partial void LogOpen(string path);
}
