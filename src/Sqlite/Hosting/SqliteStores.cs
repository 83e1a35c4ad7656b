using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace IoTOrleans.Sqlite.Hosting;

/// <summary>One store per file, however many providers name it.</summary>
internal sealed class SqliteStores(ILogger<SqliteStore> logger)
{
    private readonly ConcurrentDictionary<string, SqliteStore> _stores = new(StringComparer.Ordinal);

    public SqliteStore For(string path)
    {
        if (string.IsNullOrWhiteSpace(path))
        {
            throw new SqliteStoreException(SqliteStoreError.CannotWrite,
                "The path of the SQLite file is empty: name a file, for example data/orleans.db.");
        }

        return _stores.GetOrAdd(Path.GetFullPath(path), path => new SqliteStore(path, logger));
    }
}
