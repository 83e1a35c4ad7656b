using System.Diagnostics.Metrics;
using Amazon.SQS;
using IoTOrleans.Events.Machine;
using IoTOrleans.Events.Watermarks;

namespace IoTOrleans.Events.Sqs;

/// <summary>
/// The error queue of the IoT rules. Its consumer has the same parts as that of the queue with the events, in a container of their own.
/// What takes the events, and what measures this process, is shared.
/// </summary>
internal sealed class ErrorQueue : IDisposable
{
    private readonly ServiceProvider _parts;

    /// <param name="sqs">Null: a client of its own. Lost answers are noted for each queue.</param>
    public ErrorQueue(SqsOptions options, IServiceProvider host, IAmazonSQS? sqs = null)
    {
        // Instances are not disposed with the container.
        var parts = new ServiceCollection()
            .AddSingleton(typeof(ILogger<>), typeof(Logger<>))
            .AddSingleton(host.GetRequiredService<ILoggerFactory>())
            .AddSingleton(host.GetRequiredService<TimeProvider>())
            .AddSingleton(host.GetRequiredService<IHostApplicationLifetime>())
            .AddSingleton(host.GetRequiredService<MemoryGauge>())
            .AddSingleton(host.GetRequiredService<IConnectionChangeSink>())
            .AddSingleton(host.GetRequiredService<ConnectFailureRelay>())
            .AddSingleton(new EventMetrics(host.GetRequiredService<IMeterFactory>(), queue: "errors"))
            .AddSingleton<RuleFailures>()
            .AddSingleton<WatermarkCopy>();
        if (sqs is not null) parts.AddSingleton(sqs);
        _parts = parts.AddQueue(options).BuildServiceProvider();
        Options = options;
    }

    public SqsOptions Options { get; }

    public SqsConsumer Consumer => Get<SqsConsumer>();

    public T Get<T>()
        where T : notnull => _parts.GetRequiredService<T>();

    public void Dispose() => _parts.Dispose();
}
