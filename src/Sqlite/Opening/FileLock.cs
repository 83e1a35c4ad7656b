namespace IoTOrleans.Sqlite.Opening;

/// <summary>
/// Keeps a second process away from the store with a lock on <c>&lt;path&gt;.lock</c>, and on Linux also on the file itself, which may
/// have another name in another folder (a hard link). The operating system releases the locks when the process ends. The empty file stays.
/// </summary>
/// <remarks>
/// SQLite alone lets two processes take turns on the file: two silos would run every grain and fire every reminder twice. SQLite's
/// exclusive mode would also keep out the <c>sqlite3</c> shell. On Linux SQLite's locks (fcntl) and ours (flock) do not see each other.
/// Elsewhere, and on a network share, they do, and SQLite would find its file locked.
/// </remarks>
internal sealed class FileLock(IReadOnlyList<FileStream> held) : IDisposable
{
    /// <param name="withFile">Whether to lock the file itself too. It is made if it is missing.</param>
    public static FileLock Take(string path, bool withFile = true)
    {
        var files = new List<FileStream>(2);
        try
        {
            files.Add(PrivateFiles.Open($"{path}.lock"));
            if (withFile && OperatingSystem.IsLinux() && new DriveInfo(Path.GetDirectoryName(path)!).DriveType != DriveType.Network)
                files.Add(PrivateFiles.Open(path));
            return new FileLock(files);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            foreach (var file in files) file.Dispose();
            if (cause is IOException io && IsHeld(io))
                throw new SqliteStoreException(
                    SqliteStoreError.InUse, $"Another process has {path} open: stop it, or give this one a path of its own.", cause);
            if (files.Count == 0) throw StoreFolder.CannotWrite(Path.GetDirectoryName(path)!, cause);
            throw new SqliteStoreException(
                SqliteStoreError.CannotWrite,
                $"{path} cannot be opened for writing ({cause.Message.TrimEnd('.')}): check the rights on it and on its folder, "
                + "and that the disk is not mounted read-only.", cause);
        }
    }

    /// <summary>After SQLite has closed the file: a process that closes any handle of a file loses all its fcntl locks on it.</summary>
    public void Dispose()
    {
        foreach (var file in held) file.Dispose();
    }

    /// <summary>EWOULDBLOCK of flock on Linux (11) and macOS (35); sharing and lock violation on Windows.</summary>
    private static bool IsHeld(IOException cause) =>
        OperatingSystem.IsWindows() ? (cause.HResult & 0xFFFF) is 32 or 33 : cause.HResult is 11 or 35;
}
