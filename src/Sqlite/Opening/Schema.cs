namespace IoTOrleans.Sqlite.Opening;

/// <param name="Version">The schema version that <paramref name="Sql"/> leads to, from the one before it; the first is 1.</param>
internal sealed record Migration(int Version, string Sql);

/// <summary>The steps that make the tables. A released step is never edited, because files made by it exist.</summary>
internal static class Schema
{
    /// <summary>Marks a file as ours (<c>PRAGMA application_id</c>): "IoTO".</summary>
    public const int ApplicationId = 0x496F544F;

    public static readonly IReadOnlyList<Migration> Migrations =
    [
        // data is TEXT where the serializer writes text, else BLOB. The table has row ids, as SQLite advises for rows of this size.
        // Times and periods are text in .NET's exact forms (O and c), so that people can read them.
        new(1, """
            CREATE TABLE grain_state (
                storage TEXT NOT NULL,
                state TEXT NOT NULL,
                grain TEXT NOT NULL,
                etag TEXT NOT NULL,
                data NOT NULL,
                PRIMARY KEY (storage, state, grain)
            );
            CREATE TABLE reminder (
                grain TEXT NOT NULL,
                name TEXT NOT NULL,
                hash INTEGER NOT NULL,
                start_at TEXT NOT NULL,
                period TEXT NOT NULL,
                etag TEXT NOT NULL,
                PRIMARY KEY (grain, name)
            ) WITHOUT ROWID;
            CREATE INDEX reminder_by_hash ON reminder (hash);
            """),
    ];
}
