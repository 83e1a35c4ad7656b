namespace IoTOrleans.Notifications;

/// <summary>A service that messages are sent to.</summary>
internal interface IDestination
{
    /// <summary>Sends once, within its own time-outs; never throws but for cancellation.</summary>
    Task<DeliveryAnswer> Send(OutgoingMessage message, CancellationToken cancellationToken);
}
