using IoTOrleans.Notifications.Http;
using Microsoft.Extensions.Logging;

namespace IoTOrleans.Notifications.Heartbeat;

/// <summary>
/// Pings over HTTP: healthchecks.io, Uptime Kuma, Gatus, Better Stack and others that want one request. With POST the reason of a
/// failure is the body.
/// </summary>
internal sealed partial class HttpHeartbeat : IHeartbeat
{
    private readonly HeartbeatSettings _settings;
    private readonly HttpPoster _ping;
    private readonly HttpPoster? _fail;

    public HttpHeartbeat(HeartbeatSettings settings, TimeProvider time, ILogger<HttpHeartbeat> logger)
    {
        (_settings, _ping) = (settings, new(settings.Ping, time));
        if (settings.Fail is { } target) _fail = new(target, time);
        if (settings.Token.Path is { } path && PrivateFile.OpenToOthers(path) is { } warning) LogOpen(logger, warning);
    }

    public HeartbeatTerms Terms => new(CanFail: _fail is not null);

    public Task<DeliveryAnswer> Ping(CancellationToken cancellationToken) => Send(_ping, "", cancellationToken);

    public Task<DeliveryAnswer> Fail(string reason, CancellationToken cancellationToken) => Send(_fail!, reason, cancellationToken);

    private Task<DeliveryAnswer> Send(HttpPoster to, string body, CancellationToken cancellationToken)
    {
        try
        {
            var bearer = _settings.Token.Read();
            return to.Send(
                _settings.Method,
                request =>
                {
                    if (bearer is not null) request.Headers.Authorization = new("Bearer", bearer);
                    if (_settings.Method == HttpMethod.Post) request.Content = new StringContent(body);
                },
                cancellationToken);
        }
        catch (StartupException exception)
        {
            return Task.FromResult(DeliveryAnswer.Failed(exception.Message));
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Warning}")]
    private static partial void LogOpen(ILogger logger, string warning);
}
