namespace IoTOrleans.Sqlite;

/// <summary>
/// The store could not do what it was asked, and did none of it. The message is one line with the cause and the remedy, fit to
/// be shown without the stack.
/// </summary>
/// <remarks>
/// An <see cref="OrleansException"/>, because Orleans replaces any other exception of a storage provider by one whose message
/// is a whole stack trace.
/// </remarks>
[GenerateSerializer, Alias("IoTOrleans.SqliteStoreException")]
public sealed class SqliteStoreException(SqliteStoreError error, string message, Exception? innerException = null)
    : OrleansException(message, innerException!)
{
    [Id(0)]
    public SqliteStoreError Error { get; private set; } = error;
}

/// <summary>Why the store refused or failed; the message of <see cref="SqliteStoreException"/> says it in words.</summary>
[GenerateSerializer, Alias("IoTOrleans.SqliteStoreError")]
public enum SqliteStoreError
{
    /// <summary>Anything without a name of its own; SQLite's own words are in the message.</summary>
    Other = 0,

    /// <summary>The file holds something that SQLite cannot read.</summary>
    NotADatabase = 1,

    /// <summary>A SQLite database, but of some other program. It is left untouched.</summary>
    AnotherApplication = 2,

    /// <summary>Written by a newer version of this program. It is left untouched.</summary>
    NewerVersion = 3,

    /// <summary>The folder or the file cannot be created or written: missing rights, a read-only disk, no such place.</summary>
    CannotWrite = 4,

    /// <summary>No space left. Nothing of the failed write is stored; the store goes on by itself once there is space.</summary>
    DiskFull = 5,

    /// <summary>Another process has this store open.</summary>
    InUse = 6,

    /// <summary>Some other program holds SQLite's write lock for longer than we wait.</summary>
    Busy = 7,

    /// <summary>The file's content contradicts itself.</summary>
    Damaged = 8,

    /// <summary>The disk, or what stands in for it, reported an error.</summary>
    Disk = 9,

    /// <summary>Not opened yet, or closed already.</summary>
    Closed = 10,

    /// <summary>A stored state cannot be read as the type that the grain asks for.</summary>
    UnreadableState = 11,
}
