namespace IoTOrleans.Grains.Rounds;

/// <summary>What a walk through all that is stored is made for.</summary>
internal interface IRound
{
    TimeSpan Every { get; }

    /// <summary>Things on a page: at most this many are in work at once, and lost when the walk is interrupted.</summary>
    int PageSize { get; }

    /// <summary>
    /// One that was interrupted goes on where it was, and the next is due as long after it as if nothing had happened; else each start
    /// begins a new one.
    /// </summary>
    bool GoesOn { get; }

    /// <summary>May be called again with the same things.</summary>
    /// <returns>How long to wait before the next page.</returns>
    Task<TimeSpan> Look(IReadOnlyList<StoredThing> things, CancellationToken cancellationToken);

    /// <summary>Says what has been found since it was last asked.</summary>
    void Report();
}
