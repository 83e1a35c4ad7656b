using System.Collections.Concurrent;
using IoTOrleans.Grains.Ports;

namespace IoTOrleans.DynamoDB.Tests.Cluster;

internal sealed class RecordingDestination : INotificationDestination
{
    private readonly ConcurrentQueue<Notification> _accepted = new();

    public string Name => "mail";

    public IReadOnlyList<Notification> Accepted => [.. _accepted];

    public Task<DeliveryAnswer> Send(Notification notification, CancellationToken cancellationToken)
    {
        _accepted.Enqueue(notification);
        return Task.FromResult(DeliveryAnswer.Accepted());
    }
}
