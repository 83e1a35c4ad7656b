namespace IoTOrleans.Grains.Dispatch;

/// <summary>Notifications that are not sent yet, for the log line at the stop.</summary>
public sealed class NotificationsInHand
{
    private readonly DestinationSender _sender;

    internal NotificationsInHand(DestinationSender sender) => _sender = sender;

    public int Count => _sender.Pending;
}
