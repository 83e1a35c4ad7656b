using IoTOrleans.Sqlite.Engine;
using IoTOrleans.Sqlite.Opening;
using static SQLitePCL.raw;

namespace IoTOrleans.Sqlite;

/// <summary>Copies the file of a store, while a service may use it: one moment of it, states and reminders together.</summary>
public static class SqliteBackup
{
    /// <summary>It is checked and on the disk before it gets its name. A file that is there is not replaced.</summary>
    /// <exception cref="SqliteStoreException">No copy was made.</exception>
    public static void Write(string database, string copy)
    {
        (database, copy) = (Path.GetFullPath(database), Path.GetFullPath(copy));
        if (!File.Exists(database))
            throw new SqliteStoreException(SqliteStoreError.CannotWrite, $"There is no database {database}: name the one of the service.");
        if (Path.Exists(copy)) throw IsThere(copy);
        PrivateFiles.RefuseLinks(database);
        StoreFolder.Make(copy);
        var draft = $"{copy}.{Guid.NewGuid():N}";
        try
        {
            Fill(database, draft);
            Check(draft);
            using (var file = File.OpenHandle(draft, FileMode.Open, FileAccess.ReadWrite)) RandomAccess.FlushToDisk(file);
            File.Move(draft, copy, overwrite: false);
        }
        catch (SqliteException cause)
        {
            // Reading the database hardly ever fails in another way than by damage. The rest is about the place of the copy.
            throw Failures.Describe(cause, cause.SqliteErrorCode is SQLITE_CORRUPT or SQLITE_NOTADB ? database : copy);
        }
        catch (IOException) when (File.Exists(copy))
        {
            throw IsThere(copy);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw StoreFolder.CannotWrite(Path.GetDirectoryName(copy)!, cause);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    private static void Fill(string database, string draft)
    {
        using var connection = new StoreConnection(database, StoreSettings.Default.BusyTimeout);
        if (connection.Pragma("application_id") != Schema.ApplicationId)
        {
            throw new SqliteStoreException(SqliteStoreError.AnotherApplication,
                $"{database} is no database of this service: name the one of Storage:Sqlite:Path.");
        }

        // SQLite fills an empty file that is there. So nobody else can read the copy at any moment.
        PrivateFiles.Open(draft).Dispose();

        // Not the backup API: it begins anew whenever the service writes in between, and copies free pages as well.
        connection.Execute("VACUUM INTO @draft", ("@draft", draft));
    }

    private static void Check(string draft)
    {
        using var connection = new StoreConnection(draft, StoreSettings.Default.BusyTimeout);
        if (connection.Scalar("PRAGMA quick_check(1)") is not "ok")
            throw new SqliteStoreException(SqliteStoreError.Damaged, "The copy is damaged, and was deleted: check the disk, and try again.");
    }

    private static SqliteStoreException IsThere(string copy) =>
        new(SqliteStoreError.CannotWrite, $"{copy} is there already and was left as it is: choose another name.");
}
