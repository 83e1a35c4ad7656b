namespace IoTOrleans.DynamoDB;

/// <summary>One stored state, as <see cref="DynamoDBGrainStorage.ListGrains"/> pages through them.</summary>
/// <param name="Data">What the provider's serializer wrote.</param>
public sealed record StoredGrain(GrainId GrainId, string ETag, BinaryData Data);

/// <param name="Cursor">For the next page; null: this is the last one. A short or empty page may have a cursor.</param>
public sealed record GrainPage(IReadOnlyList<StoredGrain> Grains, string? Cursor);
