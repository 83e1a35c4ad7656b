namespace IoTOrleans.Sqlite.Opening;

/// <summary>
/// Keeps a second process away from the store by a lock on <c>&lt;path&gt;.lock</c>. The operating system holds it, so it is gone
/// with the process however that ends; the empty file stays behind and means nothing.
/// </summary>
/// <remarks>
/// SQLite by itself would let two processes take turns on the file. Two silos on it, each believing to be alone, would run every
/// grain and fire every reminder twice. SQLite's own exclusive mode would also shut out the <c>sqlite3</c> shell.
/// </remarks>
internal sealed class FileLock : IDisposable
{
    private readonly FileStream _file;

    private FileLock(FileStream file) => _file = file;

    public static FileLock Take(string path)
    {
        try
        {
            return new FileLock(new FileStream($"{path}.lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1));
        }
        catch (IOException cause) when (IsHeld(cause))
        {
            throw new SqliteStoreException(SqliteStoreError.InUse,
                $"Another process has {path} open: stop it, or give this one a path of its own.", cause);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw StoreFolder.CannotWrite(Path.GetDirectoryName(path)!, cause);
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>EWOULDBLOCK of flock on Linux (11) and macOS (35); sharing and lock violation on Windows.</summary>
    private static bool IsHeld(IOException cause) =>
        OperatingSystem.IsWindows() ? (cause.HResult & 0xFFFF) is 32 or 33 : cause.HResult is 11 or 35;
}
