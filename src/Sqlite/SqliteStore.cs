using IoTOrleans.Sqlite.Engine;
using IoTOrleans.Sqlite.Opening;
using IoTOrleans.Sqlite.Storage;
using Microsoft.Extensions.Logging;

namespace IoTOrleans.Sqlite;

/// <summary>
/// One SQLite file that grain storage and reminders share. A write is acknowledged when it is on the disk, and every read sees all writes
/// that were acknowledged before it. The host makes and opens it. All failures are <see cref="SqliteStoreException"/>s.
/// </summary>
public sealed partial class SqliteStore : IDisposable, IAsyncDisposable
{
    private readonly StoreSettings _settings;
    private readonly IReadOnlyList<Migration> _migrations;
    private readonly ILogger _logger;
    private readonly SqliteMetrics? _metrics;
    private readonly Lock _opening = new();
    private volatile OpenStore? _open;
    private bool _disposed;

    internal SqliteStore(
        string path, ILogger<SqliteStore> logger, StoreSettings? settings = null, IReadOnlyList<Migration>? migrations = null,
        SqliteMetrics? metrics = null)
    {
        Path = System.IO.Path.GetFullPath(path);
        (_logger, _metrics) = (logger, metrics);
        _settings = settings ?? StoreSettings.Default;
        _migrations = migrations ?? Schema.Migrations;
    }

    /// <summary>Full path of the file.</summary>
    public string Path { get; }

    /// <summary>Why the last writes could not be stored; null: they are stored. For readiness: on a full disk, reads go on.</summary>
    public string? WriteFailure => Open().Writer.Failing;

    /// <summary>Why a store cannot be opened there, as far as its folder and the locks show it. Null: nothing was found.</summary>
    public static string? Trouble(string path)
    {
        try
        {
            path = System.IO.Path.GetFullPath(path);
            StoreFolder.Make(path);
            PrivateFiles.RefuseLinks(path);
            FileLock.Take(path, withFile: File.Exists(path)).Dispose();
            return null;
        }
        catch (SqliteStoreException exception)
        {
            return exception.Message;
        }
    }

    internal int PendingWrites => Open().Writer.Queue.InFlight;

    internal long Commits => Open().Writer.Commits;

    /// <summary>A small read, for readiness. Fails if the file cannot be read or was deleted.</summary>
    public Task Ping(CancellationToken cancellationToken = default) => Read(connection =>
    {
        // The operating system still takes writes to a deleted file until its last user has closed it.
        if (!File.Exists(Path))
            throw new SqliteStoreException(SqliteStoreError.Disk, $"{Path} was deleted while the service was running: restart it.");
        return connection.Pragma("user_version");
    }, cancellationToken);

    /// <summary>Pages through the grains that have a state, in the order of their ids' UTF-8 text.</summary>
    /// <param name="storageName">Name of the grain storage provider.</param>
    /// <param name="stateName">Name of the state, as the grain declares it.</param>
    /// <param name="after">The last id of the page before; null: the first page.</param>
    /// <param name="limit">At most this many, from 1. A shorter page is the last one.</param>
    public async Task<IReadOnlyList<StoredGrain>> ListGrains(
        string storageName, string stateName, GrainId? after, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return await Read(
            connection => GrainStateTable.List(connection, storageName, stateName, after?.ToString() ?? "", limit), cancellationToken);
    }

    /// <summary>How many grains have this state. It reads an index, in a time that grows with their number.</summary>
    public Task<long> CountGrains(string storageName, string stateName, CancellationToken cancellationToken = default) =>
        Read(connection => GrainStateTable.Count(connection, storageName, stateName), cancellationToken);

    /// <summary>Opens the file, once. For the start of the host: it may take as long as the disk takes.</summary>
    internal Task OpenAsync() => Task.Run(() =>
    {
        lock (_opening)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_open is not null) return;
            _open = OpenStore.Open(Path, _settings, _migrations, _logger, _metrics);
            var version = _migrations[^1].Version;
            if (_open.FoundVersion > 0 && _open.FoundVersion < version) LogMigrated(Path, _open.FoundVersion, version);
            LogOpened(Path, version);
            foreach (var warning in _open.Warnings) LogOthers(warning);
        }
    });

    internal Task<T> Read<T>(Func<StoreConnection, T> work, CancellationToken cancellationToken = default) =>
        Open().Readers.Queue.Run(work, cancellationToken);

    /// <summary>Returns when the work is stored. If it throws, nothing of it is stored.</summary>
    internal Task<T> Write<T>(Func<StoreConnection, T> work, CancellationToken cancellationToken = default) =>
        Open().Writer.Queue.Run(work, cancellationToken);

    /// <summary>Finishes the accepted work, moves the WAL into the file and closes it. May be called again.</summary>
    public void Dispose()
    {
        lock (_opening)
        {
            _disposed = true;
            if (_open is not { } open) return;
            open.Dispose();
            _open = null;
            LogClosed(Path);
        }
    }

    public ValueTask DisposeAsync() => new(Task.Run(Dispose));

    private OpenStore Open() => _open ?? throw Failures.Closed(Path);

    [LoggerMessage(Level = LogLevel.Information, Message = "SQLite store {Path} is open (schema {Version}).")]
    private partial void LogOpened(string path, int version);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}")]
    private partial void LogOthers(string warning);

    [LoggerMessage(Level = LogLevel.Information, Message = "SQLite store {Path} was migrated from schema {From} to {To}.")]
    private partial void LogMigrated(string path, int from, int to);

    [LoggerMessage(Level = LogLevel.Information, Message = "SQLite store {Path} is closed.")]
    private partial void LogClosed(string path);
}
