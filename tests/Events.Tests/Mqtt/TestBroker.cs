using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using IoTOrleans.Events;
using IoTOrleans.Events.Mqtt;
using IoTOrleans.Events.Tests.Machine;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Testing.Mqtt;
using MQTTnet;
using MQTTnet.Formatter;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NSubstitute;
using Orleans;
using Xunit;

namespace IoTOrleans.Events.Tests.Mqtt;

/// <summary>A real broker on a free port of loopback, in front of a <see cref="RecordingSink"/>.</summary>
internal sealed class TestBroker : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly ConcurrentBag<IDisposable> _clients = [];

    private TestBroker(ServiceProvider services) => _services = services;

    internal RecordingSink Sink { get; } = new();

    internal TestMeters Meters { get; } = new();

    internal TestLog Log { get; } = new();

    internal MqttBroker Broker => _services.GetRequiredService<MqttBroker>();

    internal IConnectionVerifier Verifier => _services.GetRequiredService<IConnectionVerifier>();

    internal BrokerOutbox Outbox => _services.GetRequiredService<BrokerOutbox>();

    internal LiveConnections Live => _services.GetRequiredService<LiveConnections>();

    internal BrokerCredentials Credentials => _services.GetRequiredService<BrokerCredentials>();

    internal PasswordCheck Passwords => _services.GetRequiredService<PasswordCheck>();

    internal IBrokerClock Clock => _services.GetRequiredService<IBrokerClock>();

    internal int Port => Broker.EndPoint!.Port;

    internal static async Task<TestBroker> Start(
        Action<MqttBrokerOptions>? configure = null, TimeProvider? time = null, long start = 1, FakeMemory? memory = null,
        ThingLimit? limit = null)
    {
        var broker = Create(configure, time, start, memory, limit);
        await broker.Broker.StartAsync(CancellationToken.None);
        return broker;
    }

    internal static TestBroker Create(
        Action<MqttBrokerOptions>? configure = null, TimeProvider? time = null, long start = 1, FakeMemory? memory = null,
        ThingLimit? limit = null)
    {
        TestBroker? self = null;
        var services = new ServiceCollection();
        if (limit is not null) services.AddSingleton(limit);
        services.AddSingleton((memory ?? new FakeMemory()).Gauge);
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Debug).Services.AddSingleton<ILoggerProvider>(_ => self!.Log));
        services.AddSingleton<IConnectionVerifier, BrokerVerifier>();
        services.AddMqttBroker(options =>
        {
            options.Port = 0;
            configure?.Invoke(options);
        });
        services.AddSingleton(time ?? TimeProvider.System);
        services.AddSingleton<IMeterFactory>(_ => self!.Meters);
        services.AddSingleton<IConnectionChangeSink>(_ => self!.Sink);
        services.AddSingleton(GrainsThatCount(start));
        self = new TestBroker(services.BuildServiceProvider());
        return self;
    }

    /// <summary>A client of the MQTTnet library, not connected yet; disposed with the broker.</summary>
    internal IMqttClient Client()
    {
        var client = new MqttClientFactory().CreateMqttClient();
        _clients.Add(client);
        return client;
    }

    internal MqttClientOptions Options(string clientId, Action<MqttClientOptionsBuilder>? configure = null)
    {
        var builder = new MqttClientOptionsBuilder()
            .WithTcpServer("127.0.0.1", Port)
            .WithClientId(clientId)
            .WithProtocolVersion(MqttProtocolVersion.V311)
            .WithNoKeepAlive()
            .WithTimeout(RecordingSink.Patience);
        configure?.Invoke(builder);
        return builder.Build();
    }

    internal async Task<IMqttClient> Connect(string clientId, Action<MqttClientOptionsBuilder>? configure = null)
    {
        var client = Client();
        await client.ConnectAsync(Options(clientId, configure), TestContext.Current.CancellationToken);
        return client;
    }

    internal async Task<RawClient> ConnectRaw(IPAddress? from = null)
    {
        var client = await RawClient.To(Port, from);
        _clients.Add(client);
        return client;
    }

    internal Task Stop() => Broker.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Sink.Fails = false;
        Sink.Gate?.TrySetResult();
        foreach (var client in _clients) client.Dispose();
        await Broker.StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
        Meters.Dispose();
    }

    private static IGrainFactory GrainsThatCount(long start)
    {
        var (grains, broker) = (Substitute.For<IGrainFactory>(), Substitute.For<IBrokerGrain>());
        broker.Started().Returns(start);
        grains.GetGrain<IBrokerGrain>(IBrokerGrain.Key).Returns(broker);
        return grains;
    }
}

internal sealed class TestLog : ILoggerProvider
{
    internal ConcurrentQueue<(LogLevel Level, string Text)> Lines { get; } = new();

    public ILogger CreateLogger(string categoryName) => new Logger(this);

    public void Dispose()
    {
    }

    private sealed class Logger(TestLog log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Lines.Enqueue((logLevel, formatter(state, exception)));
    }
}
