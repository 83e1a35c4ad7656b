using Microsoft.Win32.SafeHandles;

namespace IoTOrleans.Settings;

/// <summary>Files for their owner alone: secrets, and what nobody else may change.</summary>
public static class PrivateFile
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>For a file that we write. A link is replaced by whoever may write to the folder, so it can lead anywhere.</summary>
    /// <exception cref="StartupException">It is one.</exception>
    public static void RefuseLink(string path)
    {
        if (new FileInfo(path).LinkTarget is not null)
            throw new StartupException($"{path} is a symbolic link, which may be planted, and is not followed: remove it.");
    }

    /// <summary>For the log, and no reason not to start: orchestrators put files of secrets in place with mode 0444 or 0440.</summary>
    /// <returns>Null: only its owner has rights on it.</returns>
    public static string? OpenToOthers(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            return ModeForOthers(file) is { } mode
                ? $"{path} holds a secret, and other users have rights on it (mode {Octal(mode)}): chmod 600 {path}, or mount it with "
                    + "mode 0400."
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Whoever reads it says so.
            return null;
        }
    }

    /// <returns>The mode if others have rights on the file.</returns>
    public static UnixFileMode? ModeForOthers(SafeFileHandle file) =>
        !OperatingSystem.IsWindows() && File.GetUnixFileMode(file) is var mode && (mode & Others) != 0 ? mode : null;

    public static void TakeFromOthers(SafeFileHandle file)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, Owner);
    }

    public static string Octal(UnixFileMode mode) => Convert.ToString((int)mode, 8);

    /// <summary>Makes a missing folder.</summary>
    public static void MakeFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, Owner | UnixFileMode.UserExecute);
    }

    /// <summary>
    /// Writes a file in one step: whoever reads it sees the old one or the whole new one, also after a power cut. What root writes belongs
    /// to whom the old one belonged, or else to whom the folder belongs: mostly the user of a service.
    /// </summary>
    /// <param name="path">The whole path.</param>
    /// <param name="overwrite">False: one that is there stays, and there is an <see cref="IOException"/>.</param>
    public static void Write(string path, Action<FileStream> fill, bool overwrite)
    {
        var folder = Path.GetDirectoryName(path)!;
        MakeFolder(folder);
        var draft = $"{path}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = Owner;
        try
        {
            using (var stream = new FileStream(draft, options))
            {
                FileOwner.Give(stream.SafeFileHandle, like: File.Exists(path) ? path : folder);
                fill(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(draft, path, overwrite);
        }
        finally
        {
            File.Delete(draft);
        }
    }
}
