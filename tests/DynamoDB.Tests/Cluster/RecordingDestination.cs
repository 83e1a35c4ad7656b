using System.Collections.Concurrent;
using IoTOrleans.Grains.Ports;

namespace IoTOrleans.DynamoDB.Tests.Cluster;

internal sealed class RecordingDestination : INotificationDestination
{
    private readonly ConcurrentQueue<Notification> _accepted = new();

    public string Name => "mail";

    /// <summary>One by one: what a test counts must not come as one.</summary>
    public DestinationTerms Terms { get; } = new() { Collapse = false };

    public IReadOnlyList<Notification> Accepted => [.. _accepted];

    public Task<DeliveryAnswer> Send(Notification notification, CancellationToken cancellationToken)
    {
        _accepted.Enqueue(notification);
        return Task.FromResult(DeliveryAnswer.Accepted());
    }

    public Task<DeliveryAnswer> Send(FleetNotification notification, CancellationToken cancellationToken) =>
        Task.FromResult(DeliveryAnswer.Accepted());
}
