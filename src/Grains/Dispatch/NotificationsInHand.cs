namespace IoTOrleans.Grains.Dispatch;

/// <summary>For the log line at the stop.</summary>
public sealed class NotificationsInHand
{
    private readonly DestinationSender _sender;

    internal NotificationsInHand(DestinationSender sender) => _sender = sender;

    /// <summary>How many have not been sent yet.</summary>
    public int Count => _sender.Pending;
}
