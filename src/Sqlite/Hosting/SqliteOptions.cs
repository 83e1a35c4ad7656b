using Orleans.Storage;

namespace IoTOrleans.Sqlite;

/// <summary>Where a grain storage provider keeps its states.</summary>
public sealed class SqliteStorageOptions : IStorageProviderSerializerOptions
{
    public const string DefaultPath = "data/orleans.db";

    /// <summary>
    /// The file. It is made if it is missing, its folder too (0700). Relative to the process's working directory. Providers and reminders
    /// with the same path share one file and one writer, with separate rows. Default: <c>data/orleans.db</c>.
    /// </summary>
    public string Path { get; set; } = DefaultPath;

    /// <summary>Default: the serializer of the provider's name, else Orleans' own (JSON). UTF-8 is stored as readable text.</summary>
    public IGrainStorageSerializer GrainStorageSerializer { get; set; } = null!;
}

/// <summary>Where reminders are kept.</summary>
public sealed class SqliteReminderTableOptions
{
    /// <inheritdoc cref="SqliteStorageOptions.Path"/>
    public string Path { get; set; } = SqliteStorageOptions.DefaultPath;
}
