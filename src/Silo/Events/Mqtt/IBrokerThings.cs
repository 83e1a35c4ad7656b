namespace IoTOrleans.Silo.Events.Mqtt;

/// <summary>Finds the things whose connections an earlier start of the broker took with it.</summary>
internal interface IBrokerThings
{
    /// <summary>
    /// Names of the things whose last applied event came through the broker, that are connected or recovering by what is
    /// stored, and whose stored broker start is lower than <paramref name="startNumber"/>. One name more does no harm, one less
    /// is a thing that stays "connected" for ever.
    /// </summary>
    IAsyncEnumerable<string> HeardByEarlierStarts(long startNumber, CancellationToken cancellationToken);
}
