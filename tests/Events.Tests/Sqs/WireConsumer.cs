using Amazon.SQS;
using IoTOrleans.Events;
using IoTOrleans.Events.Sqs;
using IoTOrleans.Testing.Emulators;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NSubstitute;

namespace IoTOrleans.Events.Tests.Sqs;

/// <summary>The consumer on a real client, real time and the emulator's queue; the sink is in memory.</summary>
internal sealed class WireConsumer : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly SqsConsumers _consumers;

    private WireConsumer(IAmazonSQS sqs, SqsOptions options, FakeSink sink)
    {
        Sink = sink;
        _services = new ServiceCollection()
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(Log))
            .AddMetrics()
            .AddSingleton(sqs)
            .AddSingleton<IConnectionChangeSink>(sink)
            .AddSingleton(Substitute.For<IHostApplicationLifetime>())
            .AddSqsEvents(options)
            .BuildServiceProvider();
        _consumers = _services.GetServices<IHostedService>().OfType<SqsConsumers>().Single();
    }

    public FakeSink Sink { get; }

    public RecordedLog Log { get; } = new();

    public static async Task<WireConsumer> Start(string queueUrl, FakeSink? sink = null, Func<SqsOptions, SqsOptions>? configure = null)
    {
        var emulator = await Fauxqs.Get();
        return await Start(emulator.CreateSqsClient(), queueUrl, sink, configure);
    }

    public static async Task<WireConsumer> Start(
        IAmazonSQS sqs, string queueUrl, FakeSink? sink = null, Func<SqsOptions, SqsOptions>? configure = null)
    {
        var options = new SqsOptions { QueueUrl = queueUrl };
        var wire = new WireConsumer(sqs, configure?.Invoke(options) ?? options, sink ?? new FakeSink());
        await wire._consumers.StartingAsync(CancellationToken.None);
        await wire._consumers.StartAsync(CancellationToken.None);
        await wire._consumers.StartedAsync(CancellationToken.None);
        return wire;
    }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public Task Stop() => _consumers.StoppingAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await Stop();
        await _services.DisposeAsync();
    }
}
