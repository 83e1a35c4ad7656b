namespace IoTOrleans.Events.Sqs;

/// <summary>
/// Starts and stops the consumers of all queues. They stop together: one after the other, that would take longer than a stop may last.
/// </summary>
internal sealed class SqsConsumers(IEnumerable<SqsConsumer> consumers) : IHostedLifecycleService
{
    private readonly List<SqsConsumer> _consumers = [.. consumers];

    public Task StartingAsync(CancellationToken cancellationToken) => All(consumer => consumer.Starting(cancellationToken));

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => All(consumer => consumer.Started(cancellationToken));

    public Task StoppingAsync(CancellationToken cancellationToken) => All(consumer => consumer.Stopping(cancellationToken));

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private Task All(Func<SqsConsumer, Task> part) => Task.WhenAll(_consumers.Select(part));
}
