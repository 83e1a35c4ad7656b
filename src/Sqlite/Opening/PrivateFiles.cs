using IoTOrleans.Settings;

namespace IoTOrleans.Sqlite.Opening;

/// <summary>The files of a store: for their owner alone, and no symbolic link, which somebody else may have put there.</summary>
internal static class PrivateFiles
{
    private const UnixFileMode OwnersRead = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Owners = OwnersRead | UnixFileMode.UserExecute;
    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const UnixFileMode OthersRead = UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>All that we or SQLite open. The folder may be reached through a link: whoever names it has chosen it.</summary>
    private static readonly string[] Endings = ["", ".lock", "-wal", "-shm", "-journal"];

    /// <summary>SQLite and .NET follow them, and neither can be told not to. So this is asked before a file is opened and after.</summary>
    public static void RefuseLinks(string path)
    {
        foreach (var name in Endings.Select(ending => path + ending))
        {
            if (new FileInfo(name).LinkTarget is not { } target) continue;
            throw new SqliteStoreException(SqliteStoreError.CannotWrite,
                $"{name} is a symbolic link to {target}. It is not followed, because somebody else may have put it there: "
                + "remove it, or choose the path that it leads to.");
        }
    }

    /// <summary>Opens a file that nobody else has open. It is made if it is missing.</summary>
    public static FileStream Open(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 1,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnersRead;
        return new(path, options);
    }

    /// <summary>Takes the rights of others away from files that an older version has made.</summary>
    /// <returns>What is left to warn of.</returns>
    public static IReadOnlyList<string> Tighten(string path)
    {
        if (OperatingSystem.IsWindows()) return [];
        var warnings = new List<string>();
        foreach (var name in Endings.Select(ending => path + ending).Where(File.Exists))
        {
            var mode = File.GetUnixFileMode(name);
            if ((mode & ~Owners) == 0 || SetMode(name, mode & Owners)) continue;
            warnings.Add($"{name} belongs to another user, and others have rights on it (mode {PrivateFile.Octal(mode)}): give it to the "
                + "user of this service with chown.");
        }

        if (OfFolder(Path.GetDirectoryName(path)!) is { } warning) warnings.Add(warning);
        return warnings;
    }

    /// <summary>The folder is not changed: it may hold other things, for other users.</summary>
    private static string? OfFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) return null;
        var mode = File.GetUnixFileMode(folder);
        var others = (mode & OthersWrite) != 0 ? "write to" : (mode & OthersRead) != 0 ? "look into" : null;
        if (others is not null)
            return $"Others may {others} the folder {folder} (mode {PrivateFile.Octal(mode)}): give it mode 700, or choose another folder.";
        return FileOwner.IsAnother(folder)
            ? $"The folder {folder} belongs to another user, who can replace its files: give it to the user of this service with chown."
            : null;
    }

    private static bool SetMode(string path, UnixFileMode mode)
    {
        try
        {
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, mode);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            // A disk without modes.
            return true;
        }
    }
}
