namespace IoTOrleans.Sqlite;

/// <summary>Where reminders are kept.</summary>
public sealed class SqliteReminderTableOptions
{
    /// <inheritdoc cref="SqliteStorageOptions.Path"/>
    public string Path { get; set; } = SqliteStorageOptions.DefaultPath;
}
