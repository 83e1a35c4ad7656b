using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace IoTOrleans.Fleet.Ceilings;

/// <summary>
/// One connection that writes whatever waits in one transaction, on the disk before it is acknowledged, and one that reads.
/// </summary>
internal sealed class PlainSqlite : IPlainStore
{
    private const int Most = 1000;

    private readonly string _folder = Directory.CreateTempSubdirectory("plain-").FullName;
    private readonly Channel<(string Key, byte[] Body, TaskCompletionSource Stored)> _waiting =
        Channel.CreateUnbounded<(string, byte[], TaskCompletionSource)>();

    private readonly SqliteConnection _writer;
    private readonly SqliteConnection _reader;
    private readonly Lock _reading = new();
    private readonly Task _writing;

    public PlainSqlite()
    {
        var connection = $"Data Source={Path.Combine(_folder, "plain.db")};Pooling=False";
        (_writer, _reader) = (new(connection), new(connection));
        _writer.Open();
        Execute(_writer,
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE things (key TEXT PRIMARY KEY, body BLOB NOT NULL) "
                + "WITHOUT ROWID");
        _reader.Open();
        _writing = Task.Run(WriteAll);
    }

    public Task<byte[]?> Read(string key)
    {
        lock (_reading)
        {
            using var command = _reader.CreateCommand();
            command.CommandText = "SELECT body FROM things WHERE key = $key";
            command.Parameters.AddWithValue("$key", key);
            return Task.FromResult(command.ExecuteScalar() as byte[]);
        }
    }

    public Task Write(string key, byte[] body)
    {
        var stored = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Writer.TryWrite((key, body, stored));
        return stored.Task;
    }

    /// <summary>Every body, in the order of the keys.</summary>
    public List<(string Key, byte[] Body)> ReadAll()
    {
        lock (_reading)
        {
            using var command = _reader.CreateCommand();
            command.CommandText = "SELECT key, body FROM things ORDER BY key";
            using var rows = command.ExecuteReader();
            var all = new List<(string, byte[])>();
            while (rows.Read()) all.Add((rows.GetString(0), (byte[])rows[1]));
            return all;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.Complete();
        await _writing;
        await _writer.DisposeAsync();
        await _reader.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task WriteAll()
    {
        var batch = new List<TaskCompletionSource>();
        while (await _waiting.Reader.WaitToReadAsync())
        {
            await using var transaction = (SqliteTransaction)await _writer.BeginTransactionAsync();
            await using var command = _writer.CreateCommand();
            command.Transaction = transaction;
            command.CommandText =
                "INSERT INTO things (key, body) VALUES ($key, $body) ON CONFLICT (key) DO UPDATE SET body = excluded.body";
            var (key, body) = (command.Parameters.Add("$key", SqliteType.Text), command.Parameters.Add("$body", SqliteType.Blob));
            while (batch.Count < Most && _waiting.Reader.TryRead(out var row))
            {
                (key.Value, body.Value) = (row.Key, row.Body);
                command.ExecuteNonQuery();
                batch.Add(row.Stored);
            }

            await transaction.CommitAsync();
            foreach (var stored in batch) stored.SetResult();
            batch.Clear();
        }
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
