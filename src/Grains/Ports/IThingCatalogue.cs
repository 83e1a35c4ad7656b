using System.Runtime.CompilerServices;

namespace IoTOrleans.Grains.Ports;

/// <summary>All stored things, page by page. One implementation per storage.</summary>
public interface IThingCatalogue
{
    /// <param name="cursor"><see cref="CataloguePage.Next"/> of the page before; null: the first page.</param>
    /// <param name="limit">From 1. A page may be shorter, even empty, and still have a next one.</param>
    /// <exception cref="CursorException">Not a cursor of this catalogue.</exception>
    Task<CataloguePage> List(string? cursor, int limit, CancellationToken cancellationToken);
}

/// <param name="Next">Null: this was the last page.</param>
public sealed record CataloguePage(IReadOnlyList<StoredThing> Things, string? Next);

public sealed record StoredThing(string ThingName, DeviceState State)
{
    /// <summary>Why its stored state cannot be read, and <see cref="State"/> is empty; null: it was read.</summary>
    public string? Unreadable { get; init; }
}

/// <summary>The things that are not well: all that are offline, and some that have only just come back.</summary>
public interface IThingsNotWell
{
    /// <summary>Each of them once while nothing changes, in no order.</summary>
    IAsyncEnumerable<StoredThing> Walk(CancellationToken cancellationToken);

    /// <summary>The names of the same things. No thing is woken.</summary>
    IAsyncEnumerable<string> Names(CancellationToken cancellationToken);
}

public sealed class CursorException(string message) : Exception(message);

public static class ThingCatalogueExtensions
{
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
