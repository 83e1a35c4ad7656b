namespace IoTOrleans.Grains.Summaries;

/// <summary>Sends the daily list to one destination; the key is its name.</summary>
[Alias("IoTOrleans.ISummaryGrain")]
internal interface ISummaryGrain : IGrainWithStringKey
{
    /// <summary>Sets the reminder as the settings say.</summary>
    [Alias("Arrange")]
    Task Arrange();

    /// <param name="listedAt">When the list was read.</param>
    [Alias("Answered")]
    Task Answered(DateOnly date, DateTimeOffset listedAt, DeliveryAnswer answer);

    /// <summary>The destination may answer again: a failed list is tried now.</summary>
    [Alias("TryAgain")]
    Task TryAgain();

    /// <summary>The latest list has not been accepted.</summary>
    [Alias("Owes")]
    Task<bool> Owes();

    [Alias("GetState")]
    Task<SummaryState> GetState();
}
