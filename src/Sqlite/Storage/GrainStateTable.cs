using System.Globalization;
using System.Text.Unicode;
using IoTOrleans.Sqlite.Engine;

namespace IoTOrleans.Sqlite.Storage;

/// <param name="Storage">The provider's name, because several providers share one file.</param>
internal readonly record struct GrainStateKey(string Storage, string State, GrainId Grain)
{
    public override string ToString() => $"'{State}' of {Grain}";
}

/// <summary>Made outside the write, because all writes share one thread.</summary>
/// <param name="Bound">Text where possible, so that the sqlite3 shell shows it. A TEXT value cannot contain a zero byte.</param>
internal readonly record struct StateValue(object Bound)
{
    public static StateValue Of(BinaryData data)
    {
        var bytes = data.ToMemory().Span;
        return new(Utf8.IsValid(bytes) && !bytes.Contains((byte)0) ? data.ToString() : data.ToArray());
    }
}

/// <summary>The stored row was not the one that the writer expected.</summary>
/// <param name="StoredETag">Null: there is no row.</param>
internal sealed record Conflict(string? StoredETag);

/// <summary>The statements on <c>grain_state</c>. A write checks the expected ETag itself, and returns null or the conflict.</summary>
internal static class GrainStateTable
{
    private const string ThisGrain = "storage = $storage AND state = $state AND grain = $grain";

    public static StoredGrain? Read(StoreConnection connection, GrainStateKey key) =>
        connection.Query(
            $"SELECT etag, data FROM grain_state WHERE {ThisGrain}",
            row => new StoredGrain(key.Grain, row.GetString(0), Data(row, 1)), Arguments(key)).SingleOrDefault();

    /// <param name="expectedETag">Null: there must be no row yet.</param>
    public static Conflict? Write(StoreConnection connection, GrainStateKey key, string? expectedETag, string newETag, StateValue value)
    {
        var changed = connection.Execute(
            expectedETag is null
                ? """
                  INSERT INTO grain_state (storage, state, grain, etag, data) VALUES ($storage, $state, $grain, $new, $data)
                  ON CONFLICT DO NOTHING
                  """
                : $"UPDATE grain_state SET etag = $new, data = $data WHERE {ThisGrain} AND etag = $expected",
            [.. Arguments(key), ("$expected", expectedETag), ("$new", newETag), ("$data", value.Bound)]);
        return changed == 1 ? null : FindConflict(connection, key);
    }

    /// <param name="expectedETag">Null: there must be no row.</param>
    public static Conflict? Delete(StoreConnection connection, GrainStateKey key, string? expectedETag)
    {
        var changed = connection.Execute(
            $"DELETE FROM grain_state WHERE {ThisGrain} AND etag = $expected", [.. Arguments(key), ("$expected", expectedETag)]);
        if (changed == 1) return null;
        var conflict = FindConflict(connection, key);
        return expectedETag is null && conflict.StoredETag is null ? null : conflict;
    }

    public static IReadOnlyList<StoredGrain> List(StoreConnection connection, string storage, string state, string after, int limit) =>
        connection.Query(
            """
            SELECT grain, etag, data FROM grain_state
            WHERE storage = $storage AND state = $state AND grain > $after
            ORDER BY grain LIMIT $limit
            """,
            row => new StoredGrain(GrainId.Parse(row.GetString(0), CultureInfo.InvariantCulture), row.GetString(1), Data(row, 2)),
            ("$storage", storage), ("$state", state), ("$after", after), ("$limit", limit));

    public static long Count(StoreConnection connection, string storage, string state) => (long)connection.Scalar(
        "SELECT COUNT(*) FROM grain_state WHERE storage = $storage AND state = $state", ("$storage", storage), ("$state", state))!;

    private static Conflict FindConflict(StoreConnection connection, GrainStateKey key) =>
        new((string?)connection.Scalar($"SELECT etag FROM grain_state WHERE {ThisGrain}", Arguments(key)));

    private static (string Name, object? Value)[] Arguments(GrainStateKey key) =>
        [("$storage", key.Storage), ("$state", key.State), ("$grain", key.Grain.ToString())];

    /// <summary>A TEXT value comes as its UTF-8 bytes.</summary>
    private static BinaryData Data(SqliteDataReader row, int column) => new(row.GetFieldValue<byte[]>(column));
}
