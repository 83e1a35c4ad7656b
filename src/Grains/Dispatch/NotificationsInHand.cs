namespace IoTOrleans.Grains.Dispatch;

/// <summary>For whoever has to say at the end what was not handed over.</summary>
public sealed class NotificationsInHand
{
    private readonly NotificationQueue _queue;

    internal NotificationsInHand(NotificationQueue queue) => _queue = queue;

    /// <summary>How many wait or are under way.</summary>
    public int Count => _queue.Pending;
}
