namespace IoTOrleans.Sqlite;

/// <summary>One stored state, as <see cref="SqliteStore.ListGrains"/> pages through them.</summary>
/// <param name="Data">What the provider's serializer wrote.</param>
public sealed record StoredGrain(GrainId GrainId, string ETag, BinaryData Data);
