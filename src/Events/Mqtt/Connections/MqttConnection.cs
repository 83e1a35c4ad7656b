using System.Net.Sockets;
using System.Security.Authentication;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using IoTOrleans.Events.Machine;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace IoTOrleans.Events.Mqtt;

/// <summary>
/// One connection from its first byte to its last. It reads the next packet only when the client has taken the answer to the last one, so
/// answers do not pile up.
/// </summary>
internal sealed class MqttConnection(
    ConnectionContext transport, MqttBrokerOptions options, Authenticator door, Func<bool> tryServe, LiveConnections live,
    EventMetrics metrics, BrokerLog log, TimeProvider time)
{
    private static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private MqttPackets _packets = new(transport.Transport, options.MaxPacketBytes);
    private TlsPipe? _tls;
    private ConnectionEnd? _closedAs;
    private volatile Admission? _admission;
    private Visit? _visit;
    private bool _greeted;

    internal async Task Run()
    {
        var end = await Converse();
        if (_visit is not null)
        {
            live.End(_visit, end.Reason);
            log.Disconnected(_visit.ThingName, end.Reason, _visit.Number);
        }

        await Leave(end);
    }

    /// <summary>Ends the connection from outside; the first reason counts.</summary>
    internal void Close(ConnectionEnd end)
    {
        Interlocked.CompareExchange(ref _closedAs, end, null);
        _closed.TrySetResult();
        transport.Transport.Input.CancelPendingRead();
        transport.Transport.Output.CancelPendingFlush();
    }

    internal void Abort() => transport.Abort();

    /// <summary>Ends the connection if the credentials with which the client came in do not count any more.</summary>
    internal void AskAgain()
    {
        if (_admission is { } admission && !door.StillAccepts(admission)) Close(ConnectionEnd.NotKnownAnyMore);
    }

    private async Task<ConnectionEnd> Converse()
    {
        using var alarm = new KeepAliveTimer(time);
        try
        {
            if (!await Greet(alarm)) return _closedAs ?? ConnectionEnd.Lost;
            while (await _packets.Read() is { } packet)
            {
                alarm.Heard();
                if (packet is MqttDisconnectPacket) return ConnectionEnd.ByClient;
                if (Answers.To(packet) is { } answer && !await Write(answer)) break;
            }

            return _closedAs ?? ConnectionEnd.Lost;
        }
        catch (ClientErrorException exception)
        {
            if (_visit is null) metrics.BrokerRefused("garbage");
            log.ClientError(transport.RemoteEndPoint, _visit?.ThingName, exception.Message);
            return ConnectionEnd.ClientError(exception.Code);
        }
        catch (Exception exception) when (IsLoss(exception))
        {
            return _closedAs ?? ConnectionEnd.Lost;
        }
        catch (Exception exception)
        {
            log.OurError(exception, transport.RemoteEndPoint);
            return ConnectionEnd.OurError;
        }
    }

    private static bool IsLoss(Exception exception) =>
        exception is IOException or SocketException or ObjectDisposedException or OperationCanceledException or TimeoutException;

    /// <returns>Whether the client was let in.</returns>
    private async Task<bool> Greet(KeepAliveTimer alarm)
    {
        var asked = false;
        alarm.Set(options.ConnectTimeout, () =>
        {
            metrics.BrokerRefused(asked ? "busy" : "no-connect");
            if (asked) log.Refused(transport.RemoteEndPoint, "Its password or its name could not be checked in time; it may try again.");
            else log.NoConnect(transport.RemoteEndPoint);
            Close(ConnectionEnd.NeverBegun);
        });

        if (door.Tls is { } tls && !await Encrypt(tls)) return false;

        // The first packet is decoded as CONNECT or not at all.
        if (await _packets.Read() is not MqttConnectPacket connect) return false;

        asked = true;
        var from = ClientAddress.Of(transport.RemoteEndPoint);

        // The password of one that is closed meanwhile is still checked: when it comes back, the answer is known.
        var judging = door.Admit(connect, _packets.Version, _tls?.Client, from).AsTask();
        if (await Task.WhenAny(judging, _closed.Task) != judging) return false;
        var admission = await judging;
        _admission = admission;
        AskAgain();
        if (_closedAs is not null) return false;

        // One without a name stays where others may evict it: nobody counts those, and they must not take the places of things.
        if (admission is { IsGranted: true, ThingName: not null } && !tryServe())
        {
            // Evicted a moment ago, or there is no room.
            if (_closedAs is not null) return false;
            admission = Authenticator.Full;
        }

        if (admission.ThingName is { } thingName && !live.TryBegin(thingName, from, () => Close(ConnectionEnd.TakenOver), out _visit))
        {
            // The broker is stopping. All clients retry a lost connection, but not all retry a refusal.
            return false;
        }

        if (_visit is not null) log.Connected(_visit.ThingName, transport.RemoteEndPoint, _visit.Number);
        if (_visit?.FormerElsewhere is { } former) log.TakenOver(_visit.ThingName, transport.RemoteEndPoint, former);
        Watch(alarm, TimeSpan.FromSeconds(connect.KeepAlivePeriod));
        var answered = await Write(Answers.ToConnect(admission, options.MaxPacketBytes));
        if (admission.IsGranted) return _greeted = answered;

        metrics.BrokerRefused(admission.Metric!);
        if (!admission.IsCounted) log.Refused(transport.RemoteEndPoint, admission.Why!);
        return false;
    }

    private async Task<bool> Encrypt(ServerTls tls)
    {
        try
        {
            _tls = await tls.Handshake(transport.Transport);
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException)
        {
            if (_closedAs is not null) return false;

            // Who does not trust the certificate may say so, or only hang up.
            metrics.BrokerRefused("tls");
            log.NoTls(transport.RemoteEndPoint, exception is AuthenticationException ? exception.GetBaseException().Message
                : "It broke off the TLS handshake; perhaps it does not trust the certificate.");
        }

        if (_tls is null) return false;
        _packets = new(_tls, options.MaxPacketBytes);
        return true;
    }

    /// <summary>MQTT-3.1.2-24: a client is gone after 1.5 times its keep-alive without a whole packet.</summary>
    private void Watch(KeepAliveTimer alarm, TimeSpan keepAlive)
    {
        if (keepAlive > TimeSpan.Zero)
        {
            alarm.Set(keepAlive * 1.5, () => Close(ConnectionEnd.KeepAlive));
            return;
        }

        // A client without keep-alive would stay connected for ever after its plug was pulled, so TCP probes it. The other clients may
        // sleep, and a probe would wake their radio.
        alarm.Set(Timeout.InfiniteTimeSpan, ring: null);
        var socket = transport.Features.Get<IConnectionSocketFeature>()?.Socket;
        socket?.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket?.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 60);
        socket?.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 15);
        socket?.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 4);
    }

    private async ValueTask<bool> Write(MqttPacket packet)
    {
        var written = _packets.Write(packet);
        return written.IsCompletedSuccessfully ? written.Result : await written.AsTask().WaitAsync(WriteTimeout, time);
    }

    private async Task Leave(ConnectionEnd end)
    {
        if (_greeted && end.Farewell is { } code && _packets.Version == MqttProtocolVersion.V500)
            await Try(Write(new MqttDisconnectPacket { ReasonCode = code }).AsTask());
        if (_tls is not null) await Try(_tls.Close().WaitAsync(CloseTimeout, time));

        // Disposing sends what is left, which takes as long as the client wants.
        var disposed = transport.DisposeAsync().AsTask();
        try
        {
            await disposed.WaitAsync(CloseTimeout, time);
        }
        catch (TimeoutException)
        {
            transport.Abort();
            await disposed;
        }
    }

    /// <summary>The client may be gone.</summary>
    private static async Task Try(Task farewell) => await farewell.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
