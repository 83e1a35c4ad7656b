using IoTOrleans.Silo.Hosting.Composition;
using IoTOrleans.Sqlite;

namespace IoTOrleans.Silo.Hosting.Commands;

/// <summary><c>backup</c>: copies the database of a service that may be running.</summary>
internal static class BackupCommand
{
    private const string Database = "--database";
    private const string Usage = $"write backup <file> [{Database} data/iot-orleans.db]";

    public static int Run(string[] arguments)
    {
        try
        {
            var (copy, database) = arguments switch
            {
                [var only] => (only, FromSettings()),
                [var first, Database, var named] => (first, named),
                [Database, var named, var last] => (last, named),
                _ => ("", ""),
            };
            if (copy.Length == 0 || copy.StartsWith("--", StringComparison.Ordinal)) return Fail($"backup: {Usage}.");
            SqliteBackup.Write(database, copy);
            Terminal.Say($"{copy}: {new FileInfo(copy).Length / 1024.0:N0} KB, everything that {database} held. "
                + "docs/operations.md says how to restore it.");
            return 0;
        }
        catch (Exception exception) when (exception is SqliteStoreException or StartupException)
        {
            return Fail(exception.Message);
        }
    }

    /// <summary>As the service beside it finds it.</summary>
    private static string FromSettings()
    {
        var settings = new ConfigurationBuilder().AddLocalSettings().AddEnvironmentVariables().Build();
        if (new SettingsReader(settings).Choice("Storage:Provider", StorageProvider.Sqlite) != StorageProvider.Sqlite)
            throw new StartupException("Storage:Provider is not Sqlite, so there is no file to copy: DynamoDB has point-in-time recovery.");
        return ReadSettings.SqlitePath(settings);
    }

    private static int Fail(string line)
    {
        Terminal.Complain(line);
        return Startup.Failed;
    }
}
