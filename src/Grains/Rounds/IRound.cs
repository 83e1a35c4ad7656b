namespace IoTOrleans.Grains.Rounds;

internal interface IRound
{
    TimeSpan Every { get; }

    /// <summary>So many things are in work at once, and looked at again if the walk is interrupted.</summary>
    int PageSize { get; }

    /// <summary>True: an interrupted round goes on where it was. False: each start begins a new one.</summary>
    bool GoesOn { get; }

    /// <summary>May be called again with the same things.</summary>
    /// <returns>How long to wait before the next page.</returns>
    Task<TimeSpan> Look(IReadOnlyList<StoredThing> things, CancellationToken cancellationToken);

    void Report();
}
