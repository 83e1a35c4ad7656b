using static SQLitePCL.raw;

namespace IoTOrleans.Sqlite.Engine;

/// <summary>Says what is wrong with the file when SQLite fails, and what to do.</summary>
internal static class Failures
{
    public static SqliteStoreException Closed(string path) =>
        new(SqliteStoreError.Closed,
            $"The SQLite store {path} is not open: it opens when the host starts and closes after the silo has stopped.");

    /// <summary>Returns an exception that is not SQLite's own unchanged.</summary>
    public static Exception Describe(Exception exception, string path)
    {
        if (exception is not SqliteException cause) return exception;
        var (error, text) = cause.SqliteErrorCode switch
        {
            SQLITE_FULL => (SqliteStoreError.DiskFull,
                $"The disk is full, nothing was stored in {path}: free some space there, and writing goes on by itself."),
            SQLITE_READONLY or SQLITE_CANTOPEN or SQLITE_PERM => (SqliteStoreError.CannotWrite,
                $"{path} cannot be opened for writing: check the rights on it and on its folder, "
                    + "and that the disk is not mounted read-only."),
            SQLITE_BUSY or SQLITE_LOCKED => (SqliteStoreError.Busy,
                $"Another program holds the write lock on {path}: end its transaction (an open sqlite3 shell, a backup)."),
            SQLITE_NOTADB => (SqliteStoreError.NotADatabase,
                $"{path} is not a SQLite database and was left untouched: choose another path, or move that file away."),
            SQLITE_CORRUPT => (SqliteStoreError.Damaged,
                $"{path} is damaged: stop the service, keep a copy, and try the sqlite3 shell's .recover, or start again with a backup."),
            SQLITE_IOERR => (SqliteStoreError.Disk,
                $"The disk reported an error for {path}: check the disk and the system's log (SQLite: {Code(cause)})."),
            _ => (SqliteStoreError.Other, $"SQLite failed on {path}: {cause.Message.ReplaceLineEndings(" ")} ({Code(cause)})"),
        };
        return new SqliteStoreException(error, text, cause);
    }

    private static string Code(SqliteException cause) =>
        $"{sqlite3_errstr(cause.SqliteErrorCode).utf8_to_string()}, {cause.SqliteExtendedErrorCode}";
}
