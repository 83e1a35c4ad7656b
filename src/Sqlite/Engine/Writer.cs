using Microsoft.Extensions.Logging;

namespace IoTOrleans.Sqlite.Engine;

/// <summary>
/// The one thread that writes. All writes that came during the last commit become one transaction: a commit costs one sync of the disk,
/// however much is in it, so under load hundreds of writes share it.
/// </summary>
internal sealed partial class Writer : IDisposable
{
    private readonly StoreConnection _connection;
    private readonly StoreSettings _settings;
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private volatile string? _failing;
    private long _commits;

    public Writer(StoreConnection connection, StoreSettings settings, ILogger logger)
    {
        _connection = connection;
        _settings = settings;
        _logger = logger;
        Queue = new WorkQueue(settings.QueueCapacity, connection.Path);
        _thread = new Thread(WriteAll) { IsBackground = true, Name = "SQLite writer" };
        _thread.Start();
    }

    public WorkQueue Queue { get; }

    public long Commits => Volatile.Read(ref _commits);

    /// <summary>Why the last group of writes could not be stored; null: it is stored.</summary>
    public string? Failing => _failing;

    /// <summary>Returns when all accepted writes are stored or have failed.</summary>
    public void Stop()
    {
        Queue.Close();
        _thread.Join();
    }

    public void Dispose()
    {
        Stop();
        try
        {
            // A copy of the one file is then a copy of everything.
            _connection.ExecuteScript("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        catch (SqliteException cause)
        {
            // Nothing is lost: the next start reads the log.
            LogLogStays(Failures.Describe(cause, _connection.Path).Message);
        }

        Queue.Dispose();
        _connection.Dispose();
    }

    private void WriteAll()
    {
        var group = new List<WorkItem>(_settings.MaxGroup);
        foreach (var first in Queue.TakeAll())
        {
            group.Add(first);
            while (group.Count < _settings.MaxGroup && Queue.TryTake(out var next)) group.Add(next);
            Write(group);
            Queue.Done(group.Count);
            group.Clear();
        }
    }

    private void Write(List<WorkItem> group)
    {
        try
        {
            _connection.RollBack(); // For the rare case that an earlier rollback failed.
            _connection.Execute("BEGIN IMMEDIATE");
            foreach (var item in group) RunAlone(item);
            _connection.Execute("COMMIT");
        }
        catch (Exception cause)
        {
            // Nothing of the group is stored, not even the writes that had succeeded.
            TryRollBack();
            foreach (var item in group) item.Fail(Failures.Describe(cause, _connection.Path));
            var described = Failures.Describe(cause, _connection.Path).Message;
            if (_failing is null) LogFailing(described, group.Count);
            _failing = described;
            return;
        }

        Volatile.Write(ref _commits, _commits + 1);
        foreach (var item in group) item.Publish();
        if (_failing is not null) LogWorksAgain(_connection.Path);
        _failing = null;
    }

    /// <summary>If this fails, the next group tries again. The thread must go on.</summary>
    private void TryRollBack()
    {
        try
        {
            _connection.RollBack();
        }
        catch (SqliteException cause)
        {
            LogRollbackFailed(Failures.Describe(cause, _connection.Path).Message);
        }
    }

    /// <summary>Each write has a savepoint, so that one that fails halfway leaves nothing behind and fails no other.</summary>
    private void RunAlone(WorkItem item)
    {
        _connection.Execute("SAVEPOINT item");
        try
        {
            item.Run(_connection);
        }
        catch (Exception cause) when (_connection.IsInTransaction)
        {
            // On a full disk SQLite may roll back the whole transaction itself. Then the filter lets the whole group fail.
            _connection.Execute("ROLLBACK TO item");
            item.Fail(Failures.Describe(cause, _connection.Path));
        }

        _connection.Execute("RELEASE item");
    }

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "{Cause} ({Count} writes failed; further failures of this kind are not logged until a write succeeds.)")]
    private partial void LogFailing(string cause, int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "A failed group of writes could not be rolled back yet: {Cause}")]
    private partial void LogRollbackFailed(string cause);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "The write-ahead log could not be moved into the file; keep both files together: {Cause}")]
    private partial void LogLogStays(string cause);

    [LoggerMessage(Level = LogLevel.Information, Message = "Writing to {Path} works again.")]
    private partial void LogWorksAgain(string path);
}
