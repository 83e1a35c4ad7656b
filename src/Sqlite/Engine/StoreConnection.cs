using SQLitePCL;

namespace IoTOrleans.Sqlite.Engine;

/// <summary>A connection to the file, with prepared statements. For one thread at a time.</summary>
internal sealed class StoreConnection : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _commands = [];
    private readonly SqliteMetrics? _metrics;

    /// <param name="metrics">Null: what is read here does not count.</param>
    public StoreConnection(string path, TimeSpan busyTimeout, SqliteMetrics? metrics = null)
    {
        (Path, _metrics) = (path, metrics);
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Pooling = false, // A pooled connection keeps the file open after Close.
            DefaultTimeout = 1, // Seconds after which the library itself gives up on a busy file; SQLite's own wait below comes first.
        }.ToString());
        try
        {
            _connection.Open();
            ExecuteScript($"PRAGMA busy_timeout = {(int)busyTimeout.TotalMilliseconds}");
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    public string Path { get; }

    public bool IsInTransaction => raw.sqlite3_get_autocommit(_connection.Handle) == 0;

    public bool IsReadOnly => raw.sqlite3_db_readonly(_connection.Handle, "main") == 1;

    /// <returns>How many rows changed.</returns>
    public int Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> arguments) =>
        Prepare(sql, arguments).ExecuteNonQuery();

    public object? Scalar(string sql, params ReadOnlySpan<(string Name, object? Value)> arguments)
    {
        var answer = Prepare(sql, arguments).ExecuteScalar();
        _metrics?.Read(answer is null ? 0 : 1);
        return answer;
    }

    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> map, params ReadOnlySpan<(string Name, object? Value)> arguments)
    {
        using var reader = Prepare(sql, arguments).ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(map(reader));
        _metrics?.Read(rows.Count);
        return rows;
    }

    public long Pragma(string name) => Convert.ToInt64(Prepare($"PRAGMA {name}", []).ExecuteScalar(), null);

    /// <summary>Runs any number of statements once. They are not kept prepared.</summary>
    public void ExecuteScript(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Leaves no transaction open, even if an error has already ended it.</summary>
    public void RollBack()
    {
        if (IsInTransaction) Execute("ROLLBACK");
    }

    public void Dispose()
    {
        foreach (var command in _commands.Values) command.Dispose();
        _connection.Dispose();
    }

    private SqliteCommand Prepare(string sql, ReadOnlySpan<(string Name, object? Value)> arguments)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            command = _connection.CreateCommand();
            command.CommandText = sql;
            foreach (var (name, _) in arguments) command.Parameters.Add(new SqliteParameter { ParameterName = name });
            _commands.Add(sql, command);
        }

        for (var i = 0; i < arguments.Length; i++) command.Parameters[i].Value = arguments[i].Value ?? DBNull.Value;
        return command;
    }
}
