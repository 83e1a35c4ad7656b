namespace IoTOrleans.Grains.Summaries;

/// <summary>One for each destination, by its name: sees to it that it gets its list once a day.</summary>
[Alias("IoTOrleans.ISummaryGrain")]
internal interface ISummaryGrain : IGrainWithStringKey
{
    /// <summary>At a start: its reminder is as the settings want it.</summary>
    [Alias("Arrange")]
    Task Arrange();

    /// <summary>What became of that day's list.</summary>
    /// <param name="listedAt">When it was read.</param>
    [Alias("Answered")]
    Task Answered(DateOnly date, DateTimeOffset listedAt, DeliveryAnswer answer);

    /// <summary>The destination may answer again: a list that it did not take is tried now.</summary>
    [Alias("TryAgain")]
    Task TryAgain();

    [Alias("GetState")]
    Task<SummaryState> GetState();
}
