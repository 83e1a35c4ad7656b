namespace IoTOrleans.Grains.Importing;

/// <summary>What the work reports. These are calls like all others, so that no two of them write the state at once.</summary>
[Alias("IoTOrleans.IImportWork")]
internal interface IImportWork : IGrainWithIntegerKey
{
    [Alias("PageDone")]
    Task PageDone(string id, int number, ImportCounts counts);

    /// <summary>All pages are done and deleted.</summary>
    [Alias("Finish")]
    Task Finish(string id);
}
