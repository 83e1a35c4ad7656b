using IoTOrleans.Sqlite.Engine;

namespace IoTOrleans.Sqlite.Opening;

/// <summary>Checks that a file is ours, updates its tables and sets how it is written.</summary>
internal static class StoreFile
{
    /// <summary>Writes nothing before it is clear that the file is ours.</summary>
    /// <returns>The schema version found; 0 for a new file.</returns>
    public static int Prepare(StoreConnection connection, IReadOnlyList<Migration> migrations)
    {
        var found = FindVersion(connection);
        var present = migrations[^1].Version;
        if (found > present)
        {
            throw new SqliteStoreException(SqliteStoreError.NewerVersion,
                $"{connection.Path} was written by a newer version (schema {found}, this one knows up to {present}) and was left "
                + "untouched: run that version or newer, or choose another path.");
        }

        if (connection.IsReadOnly)
        {
            throw new SqliteStoreException(SqliteStoreError.CannotWrite,
                $"{connection.Path} is read-only: check the rights on the file and that the disk is not mounted read-only.");
        }

        Migrate(connection, migrations, found);
        SetUp(connection);
        return found;
    }

    /// <summary>
    /// The application id is written with the tables, in one transaction and before the switch to WAL. So the first page of our file has
    /// it from the start, even if the process was killed right then.
    /// </summary>
    private static int FindVersion(StoreConnection connection)
    {
        var applicationId = connection.Pragma("application_id");
        var version = (int)connection.Pragma("user_version");
        if (applicationId == Schema.ApplicationId) return version;

        var isNew = applicationId == 0 && version == 0 && connection.Scalar("SELECT 1 FROM sqlite_schema LIMIT 1") is null;
        return isNew
            ? 0
            : throw new SqliteStoreException(SqliteStoreError.AnotherApplication,
                $"{connection.Path} is a database of another program and was left untouched: choose another path, or move it away.");
    }

    private static void Migrate(StoreConnection connection, IReadOnlyList<Migration> migrations, int found)
    {
        if (found == migrations[^1].Version) return;
        connection.ExecuteScript("BEGIN IMMEDIATE");
        try
        {
            foreach (var migration in migrations.Where(migration => migration.Version > found)) connection.ExecuteScript(migration.Sql);
            connection.ExecuteScript($"PRAGMA application_id = {Schema.ApplicationId}; PRAGMA user_version = {migrations[^1].Version}");
            connection.ExecuteScript("COMMIT");
        }
        catch
        {
            connection.RollBack();
            throw;
        }
    }

    private static void SetUp(StoreConnection connection)
    {
        // WAL: readers and the writer do not wait for each other, and a commit is one sequential write.
        if (connection.Scalar("PRAGMA journal_mode = WAL") is not "wal")
        {
            throw new SqliteStoreException(SqliteStoreError.CannotWrite,
                $"SQLite cannot keep a write-ahead log for {connection.Path}: choose a path on a local disk, not on a network share.");
        }

        // FULL: each commit waits for the disk. With NORMAL, acknowledged writes would be lost in a power cut.
        connection.ExecuteScript("PRAGMA synchronous = FULL");

        // After a burst the WAL is cut back to this size. Else it would stay as large as it once was.
        connection.ExecuteScript($"PRAGMA journal_size_limit = {64 * 1024 * 1024}");
    }
}
