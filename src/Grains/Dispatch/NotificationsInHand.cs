namespace IoTOrleans.Grains.Dispatch;

/// <summary>For whoever has to say at the end what was not handed over.</summary>
public sealed class NotificationsInHand
{
    private readonly DestinationSender _sender;

    internal NotificationsInHand(DestinationSender sender) => _sender = sender;

    /// <summary>How many wait or are under way.</summary>
    public int Count => _sender.Pending;
}
