using IoTOrleans.Contracts;

namespace IoTOrleans.Silo.Catalogue;

/// <summary>Every thing ever heard of and not forgotten since, page by page as storage has them. One implementation per storage.</summary>
internal interface IThingCatalogue
{
    /// <param name="cursor"><see cref="CataloguePage.Next"/> of the page before; null begins.</param>
    /// <param name="limit">At most this many, from 1. A page may be shorter, even empty, and still have a next one.</param>
    /// <exception cref="CursorException">No cursor of this catalogue.</exception>
    Task<CataloguePage> List(string? cursor, int limit, CancellationToken cancellationToken);
}

/// <param name="Next">Null: this was the last page.</param>
internal sealed record CataloguePage(IReadOnlyList<StoredThing> Things, string? Next);

internal sealed record StoredThing(string ThingName, DeviceState State);
