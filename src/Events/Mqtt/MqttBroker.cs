using System.Collections.Concurrent;
using System.Net;
using IoTOrleans.Events.Machine;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Options;

namespace IoTOrleans.Events.Mqtt;

/// <summary>The embedded broker. Registered after Orleans: it can call grains from its start to its stop.</summary>
/// <remarks>
/// MQTTnet turns bytes into packets. Its <c>MqttServer</c> does not fit a broker that only watches: it queues answers without bound for a
/// client that does not read, keeps subscriptions, measures keep-alives by the wall clock, and knows clients, not connections.
/// </remarks>
internal sealed class MqttBroker(
    IOptions<MqttBrokerOptions> options, IGrainFactory grains, BrokerClock clock, LiveConnections live, BrokerOutbox outbox,
    Authenticator door, BrokerCredentials credentials, FileGauge files, EventMetrics metrics, BrokerLog log, ILoggerFactory loggers,
    TimeProvider time) : IHostedService
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<MqttConnection, Task> _connections = new();
    private readonly ConnectionBudget _budget = new(files.MostSilent(options.Value.MaxSilent, part: 2), options.Value.MaxConnections);
    private readonly Lock _looks = new();
    private IConnectionListener? _listener;
    private Task _accepting = Task.CompletedTask;
    private ITimer? _looking;

    /// <summary>Null before the start.</summary>
    internal IPEndPoint? EndPoint => _listener?.EndPoint as IPEndPoint;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // Settings first: a start that they prevent does not count. Then the number, before anybody can connect under it.
        credentials.Open();
        var number = await CountStart();
        _listener = await MqttListener.Open(options.Value, loggers, cancellationToken);
        clock.Started(new BrokerStart(number, time.GetUtcNow()));
        outbox.Start();
        _accepting = AcceptAll(_listener);
        if (credentials.HasFiles)
            _looking = time.CreateTimer(_ => LookAtFiles(), null, BrokerCredentials.LookEvery, BrokerCredentials.LookEvery);
        log.Listening(_listener.EndPoint, number);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        live.Stop();
        if (_listener is null) return;

        if (_looking is not null) await _looking.DisposeAsync();
        await _listener.UnbindAsync(cancellationToken);
        await _accepting;
        await CloseAll(cancellationToken);
        await _listener.DisposeAsync();
        await outbox.Drain(DrainTimeout, cancellationToken);
    }

    /// <summary>Whose line or CA is gone from its file may not stay either.</summary>
    private void LookAtFiles()
    {
        try
        {
            lock (_looks)
            {
                if (!credentials.Look()) return;
            }

            foreach (var connection in _connections.Keys) connection.AskAgain();
        }
        catch (Exception exception)
        {
            // On a timer's thread it would end the process.
            log.CredentialsFailed(exception);
        }
    }

    private async Task<long> CountStart()
    {
        try
        {
            return await grains.GetGrain<IBrokerGrain>(IBrokerGrain.Key).Started();
        }
        catch (Exception exception)
        {
            throw new StartupException(
                $"The MQTT broker could not store its start: {exception.Message} "
                + $"Check Storage:Provider, or set {MqttBrokerOptions.Section}:Port=0 for no MQTT broker.",
                exception);
        }
    }

    private async Task AcceptAll(IConnectionListener listener)
    {
        while (true)
        {
            try
            {
                if (await listener.AcceptAsync() is not { } transport) return;
                Admit(transport);
            }
            catch (Exception exception)
            {
                log.AcceptFailed(exception);
                await Task.Delay(TimeSpan.FromSeconds(1), time);
            }
        }
    }

    private void Admit(ConnectionContext transport)
    {
        if (files.IsOneTooMany(transport.Features.Get<IConnectionSocketFeature>()?.Socket, _budget.EvictOne))
        {
            _ = Refuse(transport, "files");
            return;
        }

        metrics.BrokerOpened();
        MqttConnection? connection = null;
        var place = _budget.Enter(transport.RemoteEndPoint, reason => Evict(connection!, transport.RemoteEndPoint, reason));
        connection = new MqttConnection(transport, options.Value, door, () => _budget.TryServe(place), live, metrics, log, time);
        var served = new TaskCompletionSource();
        _connections[connection] = served.Task;
        _ = Serve(connection, transport, place, served);
    }

    /// <summary>Only by a later connection: this one has been made by then.</summary>
    private void Evict(MqttConnection connection, EndPoint? client, string reason)
    {
        metrics.BrokerRefused(reason);
        log.Evicted(client);
        connection.Close(ConnectionEnd.Evicted);
        connection.Abort();
    }

    private async Task Refuse(ConnectionContext transport, string metric)
    {
        metrics.BrokerRefused(metric);
        try
        {
            await transport.DisposeAsync();
        }
        catch (Exception exception)
        {
            log.OurError(exception, transport.RemoteEndPoint);
        }
    }

    private async Task Serve(
        MqttConnection connection, ConnectionContext transport, BudgetedConnection place, TaskCompletionSource served)
    {
        // Lets the next client be accepted meanwhile.
        await Task.Yield();
        try
        {
            await connection.Run();
        }
        catch (Exception exception)
        {
            log.OurError(exception, transport.RemoteEndPoint);
        }
        finally
        {
            _connections.TryRemove(connection, out _);
            _budget.Leave(place);
            metrics.BrokerClosed();
            served.SetResult();
        }
    }

    private async Task CloseAll(CancellationToken cancellationToken)
    {
        foreach (var connection in _connections.Keys) connection.Close(ConnectionEnd.ByUs);
        var closed = Task.WhenAll(_connections.Values);
        try
        {
            await closed.WaitAsync(CloseTimeout, time, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            foreach (var connection in _connections.Keys) connection.Abort();
        }
    }
}
