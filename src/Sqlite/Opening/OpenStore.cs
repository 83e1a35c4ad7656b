using IoTOrleans.Sqlite.Engine;
using Microsoft.Extensions.Logging;

namespace IoTOrleans.Sqlite.Opening;

/// <param name="Warnings">Who else has rights on the files.</param>
internal sealed record OpenStore(FileLock FileLock, Writer Writer, Readers Readers, int FoundVersion, IReadOnlyList<string> Warnings)
    : IDisposable
{
    public static OpenStore Open(
        string path, StoreSettings settings, IReadOnlyList<Migration> migrations, ILogger logger, SqliteMetrics? metrics)
    {
        StoreFolder.Make(path);
        PrivateFiles.RefuseLinks(path);
        var fileLock = FileLock.Take(path);
        var connections = new List<StoreConnection>();
        try
        {
            var writing = Connect();
            PrivateFiles.RefuseLinks(path);
            var foundVersion = StoreFile.Prepare(writing, migrations);
            var warnings = PrivateFiles.Tighten(path);
            var reading = Enumerable.Range(0, settings.Readers).Select(_ => Connect(metrics)).ToList();
            foreach (var connection in reading) connection.ExecuteScript("PRAGMA query_only = ON");
            return new OpenStore(
                fileLock, new Writer(writing, settings, logger), new Readers(reading, settings), foundVersion, warnings);
        }
        catch (Exception cause)
        {
            foreach (var connection in connections) connection.Dispose();
            fileLock.Dispose();
            if (cause is SqliteException) throw Failures.Describe(cause, path);
            throw;
        }

        StoreConnection Connect(SqliteMetrics? reads = null)
        {
            var connection = new StoreConnection(path, settings.BusyTimeout, reads);
            connections.Add(connection);
            return connection;
        }
    }

    /// <summary>The readers close before the writer, because they could block its last checkpoint.</summary>
    public void Dispose()
    {
        Writer.Stop();
        Readers.Dispose();
        Writer.Dispose();
        FileLock.Dispose();
    }
}
