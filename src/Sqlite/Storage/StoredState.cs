namespace IoTOrleans.Sqlite.Storage;

internal sealed record StoredState(string ETag, byte[] Data);

/// <summary>What was not as the writer believed.</summary>
/// <param name="StoredETag">Null: there is no row.</param>
internal sealed record Conflict(string? StoredETag);
