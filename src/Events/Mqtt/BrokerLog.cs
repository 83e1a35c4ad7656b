using System.Net;
using IoTOrleans.Events.Machine;

namespace IoTOrleans.Events.Mqtt;

/// <summary>The broker's log lines. Those that a stranger can cause without end are limited; port scanners are logged at Debug.</summary>
internal sealed partial class BrokerLog(TimeProvider time, ILogger<MqttBroker> logger)
{
    private const int MaxQuoteBytes = 200;

    private readonly LogLimiter _evicted = new(time);
    private readonly LogLimiter _refused = new(time);
    private readonly LogLimiter _clientError = new(time);
    private readonly LogLimiter _noTls = new(time);
    private readonly LogLimiter _takenOver = new(time);

    internal void Evicted(EndPoint? client)
    {
        if (_evicted.ShouldLog(out var more)) LogEvicted(client, more);
    }

    internal void Refused(EndPoint? client, string why)
    {
        if (_refused.ShouldLog(out var more)) LogRefused(client, why, more);
    }

    /// <param name="why">May quote the client.</param>
    internal void NoTls(EndPoint? client, string why)
    {
        if (_noTls.ShouldLog(out var more)) LogNoTls(client, Characters.Fit(Characters.Printable(why), MaxQuoteBytes), more);
    }

    internal void TakenOver(string thing, EndPoint? client, ClientAddress former)
    {
        if (_takenOver.ShouldLog(out var more)) LogTakenOver(thing, client, former, more);
    }

    /// <param name="thingName">null before the client said its name.</param>
    /// <param name="what">May quote the client.</param>
    internal void ClientError(EndPoint? client, string? thingName, string what)
    {
        what = Characters.Fit(what, MaxQuoteBytes);
        if (thingName is null) LogGarbage(client, what);
        else if (_clientError.ShouldLog(out var more)) LogClientError(thingName, what, more);
    }

    [LoggerMessage(LogLevel.Debug, "{Thing} connected from {Client} (number {Number}).")]
    internal partial void Connected(string thing, EndPoint? client, long number);

    [LoggerMessage(LogLevel.Debug, "{Thing} disconnected: {Reason} (number {Number}).")]
    internal partial void Disconnected(string thing, string reason, long number);

    [LoggerMessage(LogLevel.Debug, "{Client} was disconnected because it sent no CONNECT in time.")]
    internal partial void NoConnect(EndPoint? client);

    [LoggerMessage(LogLevel.Error, "The MQTT broker failed to serve the connection of {Client}.")]
    internal partial void OurError(Exception exception, EndPoint? client);

    [LoggerMessage(LogLevel.Error, "The MQTT broker could not accept a connection. It tries again in 1 s.")]
    internal partial void AcceptFailed(Exception exception);

    [LoggerMessage(LogLevel.Error, "The MQTT broker could not read its certificate and users again, so it goes on with what it had.")]
    internal partial void CredentialsFailed(Exception exception);

    [LoggerMessage(LogLevel.Information, "MQTT broker on {EndPoint}, start number {Number}.")]
    internal partial void Listening(EndPoint endPoint, long number);

    [LoggerMessage(LogLevel.Warning,
        "Too many MQTT connections are open that send no CONNECT or have no client ID, so one of {Client} was closed for another "
        + "one{More}")]
    private partial void LogEvicted(EndPoint? client, string more);

    [LoggerMessage(LogLevel.Warning, "MQTT client {Client} was refused: {Why}{More}")]
    private partial void LogRefused(EndPoint? client, string why, string more);

    [LoggerMessage(LogLevel.Warning, "MQTT client {Client} was disconnected before it could say anything: {Why}{More}")]
    private partial void LogNoTls(EndPoint? client, string why, string more);

    [LoggerMessage(LogLevel.Warning, "{Thing} connected from {Client} while it was still connected from {Former}, and took over. If it has "
        + "not changed its network, two devices use this client ID{More}")]
    private partial void LogTakenOver(string thing, EndPoint? client, ClientAddress former, string more);

    [LoggerMessage(LogLevel.Warning, "{Thing} was disconnected because it sent {What}{More}")]
    private partial void LogClientError(string thing, string what, string more);

    [LoggerMessage(LogLevel.Debug, "{Client} was disconnected because it sent {What}.")]
    private partial void LogGarbage(EndPoint? client, string what);
}
