using IoTOrleans.Grains.Logging;

namespace IoTOrleans.Silo.Hosting.Tls;

/// <summary>Takes new certificates from the files, and warns once a day before the one in use expires.</summary>
internal sealed partial class CertificateWatch(SiloCertificates certificates, TimeProvider time, ILogger<CertificateWatch> logger)
    : BackgroundService
{
    internal static readonly TimeSpan Every = TimeSpan.FromSeconds(10);
    internal static readonly TimeSpan Ahead = TimeSpan.FromDays(14);

    private readonly LogLimiter _warning = new(time, TimeSpan.FromDays(1));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Look();
        using var timer = new PeriodicTimer(Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken)) Look();
    }

    internal void Look()
    {
        if (certificates.Reload() is { } mistakes)
        {
            if (mistakes.Count > 0) LogKept(certificates.Current.NotAfter.UtcDateTime, string.Join(' ', mistakes));
            else LogReloaded(certificates.Current.NotAfter.UtcDateTime);
        }

        if (certificates.Left >= Ahead)
        {
            _warning.IsOver();
        }
        else if (_warning.ShouldLog())
        {
            if (certificates.Left > TimeSpan.Zero) LogExpires(certificates.Current.NotAfter.UtcDateTime);
            else LogExpired(certificates.Current.NotAfter.UtcDateTime);
        }
    }

    [LoggerMessage(LogLevel.Information, "New connections between silos use the new certificate. It expires at {NotAfter:u}.")]
    private partial void LogReloaded(DateTime notAfter);

    [LoggerMessage(LogLevel.Warning,
        "The new certificate for connections between silos cannot be used. The old one stays in use, and expires at {NotAfter:u}. "
        + "{Mistakes}")]
    private partial void LogKept(DateTime notAfter, string mistakes);

    [LoggerMessage(LogLevel.Warning,
        "The certificate for connections between silos expires at {NotAfter:u}. After that no silo can join. Put new files in place; "
        + "no restart is needed.")]
    private partial void LogExpires(DateTime notAfter);

    [LoggerMessage(LogLevel.Error,
        "The certificate for connections between silos expired at {NotAfter:u}. No silo can join, and a lost connection stays lost. Put "
        + "new files in place; no restart is needed.")]
    private partial void LogExpired(DateTime notAfter);
}
