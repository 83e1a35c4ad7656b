namespace IoTOrleans.Sqlite;

/// <summary>Nothing was stored or read. The message is one line with the cause and the remedy, fit to be shown without the stack.</summary>
/// <remarks>Orleans replaces any other exception than an <see cref="OrleansException"/> with one whose message is a stack trace.</remarks>
[GenerateSerializer, Alias("IoTOrleans.SqliteStoreException")]
public sealed class SqliteStoreException(SqliteStoreError error, string message, Exception? innerException = null)
    : OrleansException(message, innerException!)
{
    [Id(0)]
    public SqliteStoreError Error { get; private set; } = error;
}

/// <summary>Why the store refused or failed. The message of <see cref="SqliteStoreException"/> says it in words.</summary>
[GenerateSerializer, Alias("IoTOrleans.SqliteStoreError")]
public enum SqliteStoreError
{
    /// <summary>Any other error. SQLite's own words are in the message.</summary>
    Other = 0,

    /// <summary>The file is not a SQLite database.</summary>
    NotADatabase = 1,

    /// <summary>The file is a SQLite database of another program. It is left untouched.</summary>
    AnotherApplication = 2,

    /// <summary>A newer version of this program wrote the file. It is left untouched.</summary>
    NewerVersion = 3,

    /// <summary>The folder or the file cannot be created or written: missing rights, a read-only disk, no such place.</summary>
    CannotWrite = 4,

    /// <summary>The disk is full. Nothing of the failed write is stored. The store goes on by itself once there is space.</summary>
    DiskFull = 5,

    /// <summary>Another process has this store open.</summary>
    InUse = 6,

    /// <summary>Another program holds SQLite's write lock for longer than we wait.</summary>
    Busy = 7,

    /// <summary>The file's content contradicts itself.</summary>
    Damaged = 8,

    /// <summary>The disk reported an error.</summary>
    Disk = 9,

    /// <summary>The store is not open yet, or closed already.</summary>
    Closed = 10,

    /// <summary>A stored state cannot be read as the type that the grain asks for.</summary>
    UnreadableState = 11,
}
