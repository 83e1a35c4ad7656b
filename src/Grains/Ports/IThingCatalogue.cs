using System.Runtime.CompilerServices;

namespace IoTOrleans.Grains.Ports;

/// <summary>Every thing ever heard of and not forgotten since, page by page as storage has them. One implementation per storage.</summary>
public interface IThingCatalogue
{
    /// <param name="cursor"><see cref="CataloguePage.Next"/> of the page before; null begins.</param>
    /// <param name="limit">At most this many, from 1. A page may be shorter, even empty, and still have a next one.</param>
    /// <exception cref="CursorException">No cursor of this catalogue.</exception>
    Task<CataloguePage> List(string? cursor, int limit, CancellationToken cancellationToken);
}

/// <param name="Next">Null: this was the last page.</param>
public sealed record CataloguePage(IReadOnlyList<StoredThing> Things, string? Next);

/// <summary>What is stored of a thing; what its grain has only in memory is not in it.</summary>
public sealed record StoredThing(string ThingName, DeviceState State);

/// <summary>A cursor that leads nowhere.</summary>
public sealed class CursorException(string message) : Exception(message);

public static class ThingCatalogueExtensions
{
    /// <summary>All that is stored, or the first <paramref name="most"/> things of it, page by page.</summary>
    public static async IAsyncEnumerable<CataloguePage> Walk(
        this IThingCatalogue catalogue, int pageSize, [EnumeratorCancellation] CancellationToken cancellationToken, int most = int.MaxValue)
    {
        string? cursor = null;
        do
        {
            var page = await catalogue.List(cursor, Math.Min(pageSize, most), cancellationToken);
            yield return page;
            cursor = page.Next;
            most -= page.Things.Count;
        }
        while (cursor is not null && most > 0);
    }
}
