using System.Globalization;
using IoTOrleans.Events;
using IoTOrleans.Events.Sqs;
using IoTOrleans.Events.Tests.Machine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;
using Shouldly;

namespace IoTOrleans.Events.Tests.Sqs;

/// <summary>The consumer as it is composed, between a queue and a sink in memory, on a clock that the test moves.</summary>
internal sealed class SqsRig : IAsyncDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);

    private readonly ServiceProvider _services;
    private readonly SqsConsumers _consumers;

    /// <param name="errors">The error queue of the IoT rules; null: none.</param>
    public SqsRig(Func<SqsOptions, SqsOptions>? configure = null, FakeQueue? queue = null, FakeTimeProvider? time = null,
        FakeMemory? memory = null, FakeQueue? errors = null)
    {
        Time = time ?? new FakeTimeProvider(new DateTimeOffset(2025, 11, 23, 8, 0, 0, TimeSpan.Zero));
        Queue = queue ?? new FakeQueue(Time);

        var options = new SqsOptions { QueueUrl = FakeQueue.Url };
        var services = new ServiceCollection()
            .AddSingleton((memory ?? new FakeMemory(Time)).Gauge)
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(Log))
            .AddMetrics()
            .AddSingleton<TimeProvider>(Time)
            .AddSingleton(Queue.AsSqs())
            .AddSingleton<IConnectionChangeSink>(Sink)
            .AddSingleton(Lifetime)
            .AddSqsEvents(configure?.Invoke(options) ?? options);
        if (errors is not null) services.AddErrorQueue(SqsOptions.ForErrorQueue(FakeQueue.ErrorUrl), errors.AsSqs());
        _services = services.BuildServiceProvider();

        // Only ours: beside it, AddSqsEvents registers the check that there are AWS credentials.
        _consumers = _services.GetServices<IHostedService>().OfType<SqsConsumers>().Single();
    }

    public FakeTimeProvider Time { get; }

    public FakeQueue Queue { get; }

    public FakeSink Sink { get; } = new();

    public RecordedLog Log { get; } = new();

    public IHostApplicationLifetime Lifetime { get; } = Substitute.For<IHostApplicationLifetime>();

    public static string Body(string thingName, bool connected = true, long version = 1) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"thingName":"{{thingName}}","connected":{{(connected ? "true" : "false")}},"timestamp":1763884800,"version":{{version}}}""");

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public async Task Start()
    {
        await _consumers.StartingAsync(CancellationToken.None);
        await _consumers.StartAsync(CancellationToken.None);
        await _consumers.StartedAsync(CancellationToken.None);
    }

    /// <summary>Begins to stop; the clock has to move for it to end.</summary>
    public Task BeginStop() => _consumers.StoppingAsync(CancellationToken.None);

    public async Task Stop()
    {
        var stopped = BeginStop();
        await Until(() => stopped.IsCompleted, TimeSpan.FromMinutes(1));
        await stopped;
    }

    /// <summary>Moves the clock in small steps until the condition holds.</summary>
    /// <returns>The time that passed, by the clock of the test.</returns>
    public Task<TimeSpan> Until(Func<bool> condition, TimeSpan atMost) => Until(condition, atMost, Step);

    /// <summary>Lets this much time pass.</summary>
    public async Task Pass(TimeSpan duration)
    {
        var until = Time.GetUtcNow() + duration;
        await Until(() => Time.GetUtcNow() >= until, duration + TimeSpan.FromSeconds(1),
            duration > TimeSpan.FromMinutes(1) ? 4 * Step : Step);
    }

    private async Task<TimeSpan> Until(Func<bool> condition, TimeSpan atMost, TimeSpan step)
    {
        var started = Time.GetUtcNow();
        while (true)
        {
            await Settle(condition);
            if (condition()) return Time.GetUtcNow() - started;
            (Time.GetUtcNow() - started).ShouldBeLessThan(atMost, string.Join('\n', Log.All));
            Time.Advance(step);
        }
    }

    public async ValueTask DisposeAsync()
    {
        var stopped = _consumers.StoppingAsync(CancellationToken.None);
        for (var i = 0; i < 200 && !stopped.IsCompleted; i++)
        {
            await Settle(() => stopped.IsCompleted);
            Time.Advance(Step);
        }

        await _services.DisposeAsync();
    }

    /// <summary>What the last step of the clock set off goes on on the thread pool; let it come to rest before the next.</summary>
    private static async Task Settle(Func<bool> condition)
    {
        for (var i = 0; i < 100 && !condition(); i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
            if (i > 0 && ThreadPool.PendingWorkItemCount is 0) return;
        }
    }
}
