using Orleans.Concurrency;

namespace IoTOrleans.Contracts;

/// <summary>All imports of the cluster, worked on one after the other. The key is 0.</summary>
[Alias("IoTOrleans.IImportsGrain")]
public interface IImportsGrain : IGrainWithIntegerKey
{
    /// <summary>A new list. It is given up if no names come for some minutes and it is not complete.</summary>
    /// <param name="by">Who sends it; null: not known.</param>
    /// <returns>Its ID; null: there are <see cref="ImportsState.Most"/> already.</returns>
    [Alias("Begin")]
    Task<string?> Begin(string? by = null);

    /// <summary>Stores names, after those before. One call after the other.</summary>
    /// <returns>False: the list was given up.</returns>
    [Alias("Add")]
    Task<bool> Add(string id, IReadOnlyList<string> names);

    /// <summary>The list is complete. From now on the service sees to it, also after a crash.</summary>
    /// <returns>Null: the list was given up.</returns>
    [Alias("Complete")]
    Task<Import?> Complete(string id);

    /// <summary>The list will not become complete: nothing of it is imported.</summary>
    [Alias("Abandon")]
    Task Abandon(string id);

    /// <returns>Null: there is no such import, or many have been done since.</returns>
    [AlwaysInterleave]
    [Alias("GetImport")]
    Task<Import?> GetImport(string id);
}
