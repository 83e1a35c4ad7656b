using IoTOrleans.Grains.Logging;

namespace IoTOrleans.Silo.Hosting.Tls;

/// <summary>Takes new certificates from the files. Warns once a day if they are bad, and before the one in use expires.</summary>
internal sealed partial class CertificateWatch(SiloCertificates certificates, TimeProvider time, ILogger<CertificateWatch> logger)
    : BackgroundService
{
    internal static readonly TimeSpan Every = TimeSpan.FromSeconds(10);
    internal static readonly TimeSpan Ahead = TimeSpan.FromDays(14);

    private readonly LogLimiter _failures = new(time, TimeSpan.FromDays(1));
    private readonly LogLimiter _warning = new(time, TimeSpan.FromDays(1));
    private readonly LogLimiter _bad = new(time, TimeSpan.FromDays(1));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        WarnOfOpenKey();
        using var timer = new PeriodicTimer(Every, time);
        do
        {
            try
            {
                Look();
            }
            catch (Exception exception)
            {
                // It would end the silo, which has a certificate that works.
                if (_failures.ShouldLog()) LogFailed(exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    internal void Look()
    {
        if (certificates.Reload() is { } mistakes)
        {
            _bad.IsOver();
            if (mistakes.Count == 0) LogReloaded(certificates.Current.NotAfter.UtcDateTime);
            WarnOfOpenKey();
        }

        if (certificates.BadFiles is { } bad && _bad.ShouldLog()) LogKept(certificates.Current.NotAfter.UtcDateTime, bad);

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

    [LoggerMessage(LogLevel.Error, "The certificates for connections between silos could not be looked at. Those in use stay in use.")]
    private partial void LogFailed(Exception exception);

    private void WarnOfOpenKey()
    {
        if (PrivateFile.OpenToOthers(certificates.KeyFile) is { } warning) LogOpen(warning);
    }

    [LoggerMessage(LogLevel.Warning, "{Warning}")]
    private partial void LogOpen(string warning);

    [LoggerMessage(LogLevel.Information, "New connections between silos use the new certificate. It expires at {NotAfter:u}.")]
    private partial void LogReloaded(DateTime notAfter);

    [LoggerMessage(LogLevel.Warning,
        "The new certificate for connections between silos cannot be used. The old one stays in use, and expires at {NotAfter:u}. "
        + "A silo would not start like this. {Mistakes}")]
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
