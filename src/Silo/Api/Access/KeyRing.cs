using IoTOrleans.Grains.Logging;

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
    private readonly LogLimiter _bad;
    private readonly Lock _lock = new();
    private long _lookedAt;
    private string? _badFiles;

    public KeyRing(AuthSettings auth, TimeProvider time, ILogger<KeyRing> logger)
    {
        (_time, _logger, _lookedAt, _bad) = (time, logger, time.GetTimestamp(), new(time, TimeSpan.FromDays(1)));
        _files = [.. new[] { auth.ApiKey.Path, auth.ReadOnlyKey.Path }.OfType<string>()];
        _keys = new(_ => KeySet.Read(auth), _files);
        if (_keys.Look()!.Mistakes is [_, ..] mistakes) throw new StartupException(string.Join(Environment.NewLine, mistakes));
        WarnOfOpenFiles();
    }

    /// <summary>Why the next start would fail; null: nothing is wrong with the files of now.</summary>
    public string? BadFiles
    {
        get
        {
            if (_files.Count > 0) Look();
            return _badFiles;
        }
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
            if (_keys.Look() is { } read)
            {
                _bad.IsOver();
                _badFiles = read.Value is null ? string.Join(' ', read.Mistakes) : null;
                if (read.Value is not null) LogReplaced(string.Join(" and ", _files), read.Value.Count);
                WarnOfOpenFiles();
            }

            // Again each day.
            if (_badFiles is not null && _bad.ShouldLog()) LogKept(_badFiles);
        }
    }

    private void WarnOfOpenFiles()
    {
        foreach (var warning in _files.Select(PrivateFile.OpenToOthers).OfType<string>()) LogOpen(warning);
    }

    [LoggerMessage(LogLevel.Information, "{Files} changed: {Count} keys are in effect.")]
    private partial void LogReplaced(string files, int count);

    [LoggerMessage(LogLevel.Warning, "The keys stay as they were, because the new ones cannot be used. The next start would fail "
        + "like this. {Mistakes}")]
    private partial void LogKept(string mistakes);

    [LoggerMessage(LogLevel.Warning, "{Warning}")]
    private partial void LogOpen(string warning);
}
