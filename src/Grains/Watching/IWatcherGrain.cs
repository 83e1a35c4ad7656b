namespace IoTOrleans.Grains.Watching;

/// <summary>Watches the watcher: one in a cluster, with the key 0.</summary>
[Alias("IoTOrleans.IWatcherGrain")]
public interface IWatcherGrain : IGrainWithIntegerKey
{
    /// <summary>Every silo says every few seconds up to when the cluster knows what happened.</summary>
    /// <param name="seenUntil">null: that silo does not know.</param>
    [Alias("Look")]
    Task Look(DateTimeOffset? seenUntil);

    /// <summary>A destination has answered.</summary>
    [Alias("Answered")]
    Task Answered(string id, NotificationEvent notificationEvent, string destination, DeliveryAnswer answer);

    [Alias("GetState")]
    Task<WatcherState> GetState();
}
