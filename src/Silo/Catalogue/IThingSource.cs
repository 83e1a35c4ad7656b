namespace IoTOrleans.Silo.Catalogue;

/// <summary>One way to find things. Over a walk in which nothing changes it shows each that matches exactly once.</summary>
internal interface IThingSource
{
    /// <summary>In the cursor, with a version: how a position is written may change.</summary>
    string Name { get; }

    /// <param name="position"><see cref="ThingPage.NextCursor"/> of this source's page before; null begins.</param>
    Task<ThingPage> Page(ThingQuery query, string? position, CancellationToken cancellationToken);
}
