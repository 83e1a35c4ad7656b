using IoTOrleans.Settings;

namespace IoTOrleans.Sqlite.Opening;

internal static class StoreFolder
{
    /// <summary>Makes a missing folder for its owner alone. Of an existing one <see cref="PrivateFiles"/> only warns.</summary>
    public static void Make(string path)
    {
        if (Directory.Exists(path))
            throw new SqliteStoreException(SqliteStoreError.CannotWrite,
                $"{path} is a folder, no file can be written there: name a file in it.");
        var folder = Path.GetDirectoryName(path)!;
        try
        {
            PrivateFile.MakeFolder(folder);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(folder, cause);
        }
    }

    public static SqliteStoreException CannotWrite(string folder, Exception cause) => new(SqliteStoreError.CannotWrite,
        $"The folder {folder} cannot be created or written ({cause.Message.TrimEnd('.')}): "
        + "give this user write access to it, or choose another path.", cause);
}
