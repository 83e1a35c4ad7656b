using System.Security.Cryptography;

namespace IoTOrleans.Settings;

/// <param name="Value">null: the files cannot be used.</param>
/// <param name="Mistakes">All that is wrong, each as a line that names the file.</param>
public sealed record Loaded<T>(T? Value, IReadOnlyList<string> Mistakes)
    where T : class;

/// <summary>
/// What was read from some files, and is read again when their content changes. Their times say nothing: a certificate or a key is often
/// replaced by turning a symbolic link, also one on the way to the file.
/// </summary>
/// <param name="load">Gets what was read before.</param>
public sealed class FileContent<T>(Func<T?, Loaded<T>> load, IReadOnlyList<string> paths)
    where T : class
{
    private string? _seen;
    private string? _mistakes;
    private bool _isGood;
    private volatile T? _current;

    public T? Current => _current;

    /// <summary>Files that cannot be used are read each time: a certificate may begin to be valid, and a disk may have hiccups.</summary>
    /// <returns>What the files say now; null: nothing new. If they cannot be used, <see cref="Current"/> stays.</returns>
    public Loaded<T>? Look()
    {
        var seen = string.Join(' ', paths.Select(Fingerprint));
        if (_isGood && seen == _seen) return null;
        _isGood = false;
        var loaded = load(_current);
        var mistakes = string.Join('\n', loaded.Mistakes);
        var isNew = seen != _seen || mistakes != _mistakes;
        (_seen, _mistakes, _isGood) = (seen, mistakes, loaded.Value is not null);
        if (loaded.Value is { } value) _current = value;
        return isNew || _isGood ? loaded : null;
    }

    private static string Fingerprint(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return Convert.ToHexString(SHA256.HashData(file));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return exception.GetType().Name;
        }
    }
}
