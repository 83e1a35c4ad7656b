namespace IoTOrleans.DynamoDB;

/// <summary>One stored state, as <see cref="DynamoDBGrainStorage.ListGrains"/> pages through them.</summary>
/// <param name="Data">What the provider's serializer wrote.</param>
public sealed record StoredGrain(GrainId GrainId, string ETag, BinaryData Data);

/// <param name="Cursor">Continues after this page; null: it is the last one. A page may be short, even empty, and yet have one.</param>
public sealed record GrainPage(IReadOnlyList<StoredGrain> Grains, string? Cursor);
