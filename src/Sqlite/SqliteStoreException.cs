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
