namespace IoTOrleans.Sqlite.Opening;

/// <param name="Version">The schema version that <paramref name="Sql"/> leads to, from the one before it; the first is 1.</param>
internal sealed record Migration(int Version, string Sql);
