using IoTOrleans.Sqlite;

namespace IoTOrleans.Silo.Hosting.Commands;

/// <summary><c>backup</c>: copies the database of a service that may be running.</summary>
internal static class BackupCommand
{
    private const string Database = "--database";
    private const string Usage = $"write backup <file> [{Database} data/iot-orleans.db]";

    public static Task<int> Run(string[] arguments) => Startup.Command(() => Task.FromResult(Copy(arguments)));

    private static int Copy(string[] arguments)
    {
        var mistakes = new List<string>();
        var (copy, database) = Read(arguments, mistakes.Add);
        database ??= LocalSettings.Read(DatabaseIn, mistakes.Add) ?? "";
        if (mistakes.Count > 0) return Startup.Fail(mistakes);

        SqliteBackup.Write(database, copy);
        Terminal.Say($"{copy}: {new FileInfo(copy).Length / 1024.0:N0} KB, everything that {database} held. "
            + "docs/operations.md says how to restore it.");
        return 0;
    }

    /// <returns>The database is null: that of the settings.</returns>
    private static (string Copy, string? Database) Read(string[] arguments, Action<string> mistake)
    {
        var (copy, database) = ("", (string?)null);
        for (var at = 0; at < arguments.Length; at++)
        {
            var argument = arguments[at];
            if (argument.StartsWith($"{Database}=", StringComparison.Ordinal)) database = argument[$"{Database}=".Length..];
            else if (argument == Database) database = at + 1 < arguments.Length ? arguments[++at] : "";
            else if (argument.StartsWith("--", StringComparison.Ordinal)) mistake($"{argument}: {Usage}.");
            else if (copy.Length > 0) mistake($"{argument}: {Usage}; a name with spaces needs quotes.");
            else copy = argument;
        }

        if (string.IsNullOrWhiteSpace(copy)) mistake($"There is no name for the copy: {Usage}.");
        if (database is not null && string.IsNullOrWhiteSpace(database)) mistake($"{Database} has no value: {Usage}.");
        return (copy, database);
    }

    private static string DatabaseIn(SettingsReader reader)
    {
        var path = ReadSettings.SqlitePath(reader);
        if (reader.Choice("Storage:Provider", StorageProvider.Sqlite) is var provider and not StorageProvider.Sqlite)
        {
            reader.Mistake($"Storage:Provider={provider}, so there is no file to copy: "
                + (provider == StorageProvider.Memory ? "memory is not kept." : "DynamoDB has point-in-time recovery."));
        }

        return path;
    }
}
