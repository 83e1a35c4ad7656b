using System.Globalization;
using IoTOrleans.Sqlite.Engine;

namespace IoTOrleans.Sqlite.Storage;

/// <summary>
/// The statements on <c>grain_state</c>. Each write names the ETag that it expects to replace, in the statement itself, and answers
/// null if it found it so, else the conflict.
/// </summary>
internal static class GrainStateTable
{
    private const string ThisGrain = "storage = $storage AND state = $state AND grain = $grain";

    public static StoredState? Read(StoreConnection connection, GrainStateKey key) =>
        connection.Query(
            $"SELECT etag, data FROM grain_state WHERE {ThisGrain}",
            row => new StoredState(row.GetString(0), ReadData(row, 1)),
            ("$storage", key.Storage), ("$state", key.State), ("$grain", key.Grain.ToString())).SingleOrDefault();

    public static Conflict? Insert(StoreConnection connection, GrainStateKey key, string newETag, StateData data)
    {
        var changed = connection.Execute(
            """
            INSERT INTO grain_state (storage, state, grain, etag, data)
            VALUES ($storage, $state, $grain, $new, CASE WHEN $isText THEN CAST($data AS TEXT) ELSE $data END)
            ON CONFLICT DO NOTHING
            """,
            ("$storage", key.Storage), ("$state", key.State), ("$grain", key.Grain.ToString()),
            ("$new", newETag), ("$isText", data.IsText), ("$data", data.Bytes));
        return changed == 1 ? null : FindConflict(connection, key);
    }

    public static Conflict? Update(StoreConnection connection, GrainStateKey key, string expectedETag, string newETag, StateData data)
    {
        var changed = connection.Execute(
            $"""
            UPDATE grain_state SET etag = $new, data = CASE WHEN $isText THEN CAST($data AS TEXT) ELSE $data END
            WHERE {ThisGrain} AND etag = $expected
            """,
            ("$storage", key.Storage), ("$state", key.State), ("$grain", key.Grain.ToString()),
            ("$expected", expectedETag), ("$new", newETag), ("$isText", data.IsText), ("$data", data.Bytes));
        return changed == 1 ? null : FindConflict(connection, key);
    }

    /// <summary>Without an expected ETag there must be nothing to delete.</summary>
    public static Conflict? Delete(StoreConnection connection, GrainStateKey key, string? expectedETag)
    {
        var changed = connection.Execute(
            $"DELETE FROM grain_state WHERE {ThisGrain} AND etag = $expected",
            ("$storage", key.Storage), ("$state", key.State), ("$grain", key.Grain.ToString()), ("$expected", expectedETag));
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
            row => new StoredGrain(
                GrainId.Parse(row.GetString(0), CultureInfo.InvariantCulture), row.GetString(1), new BinaryData(ReadData(row, 2))),
            ("$storage", storage), ("$state", state), ("$after", after), ("$limit", limit));

    private static Conflict FindConflict(StoreConnection connection, GrainStateKey key) =>
        new((string?)connection.Scalar(
            $"SELECT etag FROM grain_state WHERE {ThisGrain}",
            ("$storage", key.Storage), ("$state", key.State), ("$grain", key.Grain.ToString())));

    /// <summary>A TEXT value read this way comes as its UTF-8 bytes.</summary>
    private static byte[] ReadData(SqliteDataReader row, int column) => row.GetFieldValue<byte[]>(column);
}
