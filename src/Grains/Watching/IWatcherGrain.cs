namespace IoTOrleans.Grains.Watching;

/// <summary>Finds out whether the service is blind. One in a cluster, with the key 0.</summary>
[Alias("IoTOrleans.IWatcherGrain")]
public interface IWatcherGrain : IGrainWithIntegerKey
{
    /// <summary>Called by every silo every few seconds.</summary>
    /// <param name="seenUntil">Up to when it is known what happened; null: that silo does not know.</param>
    [Alias("Look")]
    Task Look(DateTimeOffset? seenUntil);

    [Alias("Answered")]
    Task Answered(string id, NotificationEvent notificationEvent, string destination, DeliveryAnswer answer);

    [Alias("GetState")]
    Task<WatcherState> GetState();
}
