namespace IoTOrleans.Silo.Events.Mqtt;

/// <summary>Counts the starts of the embedded broker, over restarts of the process: its connections are numbered from 1 in each.</summary>
[Alias("IoTOrleans.IBrokerGrain")]
internal interface IBrokerGrain : IGrainWithIntegerKey
{
    /// <summary>Counts and stores one start more.</summary>
    /// <returns>Its number; the first is 1.</returns>
    [Alias("Started")]
    Task<long> Started();
}
