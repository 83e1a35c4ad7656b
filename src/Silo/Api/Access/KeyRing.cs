namespace IoTOrleans.Silo.Api.Access;

/// <summary>
/// The keys in effect. Key files are read again when they change, so a key is replaced without a restart. A file that cannot be used
/// changes nothing: nobody is locked out, and nobody is let in, by a typing error.
/// </summary>
internal sealed partial class KeyRing
{
    internal static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly ILogger<KeyRing> _logger;
    private readonly List<string> _files;
    private readonly FileContent<KeySet> _keys;
    private readonly Lock _lock = new();
    private long _lookedAt;

    public KeyRing(AuthSettings auth, TimeProvider time, ILogger<KeyRing> logger)
    {
        (_time, _logger, _lookedAt) = (time, logger, time.GetTimestamp());
        _files = [.. new[] { auth.ApiKey.Path, auth.ReadOnlyKey.Path }.OfType<string>()];
        _keys = new(_ => KeySet.Read(auth), _files);
        if (_keys.Look()!.Mistakes is [_, ..] mistakes) throw new StartupException(string.Join(Environment.NewLine, mistakes));
        WarnOfOpenFiles();
    }

    public Key? Find(ReadOnlySpan<byte> candidate)
    {
        if (_files.Count > 0) Look();
        return _keys.Current!.Find(candidate);
    }

    private void Look()
    {
        lock (_lock)
        {
            if (_time.GetElapsedTime(_lookedAt) < LookEvery) return;
            _lookedAt = _time.GetTimestamp();
            if (_keys.Look() is not { } read) return;
            if (read.Value is null)
            {
                LogKept(string.Join(' ', read.Mistakes));
                return;
            }

            LogReplaced(string.Join(" and ", _files), read.Value.Count);
            WarnOfOpenFiles();
        }
    }

    private void WarnOfOpenFiles()
    {
        foreach (var warning in _files.Select(PrivateFile.OpenToOthers).OfType<string>()) LogOpen(warning);
    }

    [LoggerMessage(LogLevel.Information, "{Files} changed: {Count} keys are in effect.")]
    private partial void LogReplaced(string files, int count);

    [LoggerMessage(LogLevel.Warning, "The keys stay as they were, because the new ones cannot be used. {Mistakes}")]
    private partial void LogKept(string mistakes);

    [LoggerMessage(LogLevel.Warning, "{Warning}")]
    private partial void LogOpen(string warning);
}
