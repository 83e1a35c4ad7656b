using IoTOrleans.Grains.Logging;

namespace IoTOrleans.Silo.Hosting.Tls;

/// <summary>Takes new certificates from the files. Warns once a day if they are bad, and before the one in use expires.</summary>
internal sealed partial class CertificateWatch(SiloCertificates certificates, TimeProvider time, ILogger<CertificateWatch> logger)
    : BackgroundService
{
    internal static readonly TimeSpan Every = TimeSpan.FromSeconds(10);
    internal static readonly TimeSpan Ahead = TimeSpan.FromDays(14);

    private static readonly TimeSpan Daily = TimeSpan.FromDays(1);

    private readonly LogLimiter _bad = new(time, TimeSpan.FromDays(1));
    private DateTimeOffset? _warned;

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
            _bad.IsOver();
            if (mistakes.Count == 0) LogReloaded(certificates.Current.Expires.UtcDateTime);
        }

        if (certificates.BadFiles is { } bad && _bad.ShouldLog()) LogKept(certificates.Current.Expires.UtcDateTime, bad);

        if (certificates.Left >= Ahead)
        {
            _warned = null;
        }
        else if (_warned is not { } warned || time.GetUtcNow() - warned >= Daily)
        {
            _warned = time.GetUtcNow();
            if (certificates.Left > TimeSpan.Zero) LogExpires(certificates.Current.Expires.UtcDateTime);
            else LogExpired(certificates.Current.Expires.UtcDateTime);
        }
    }

    [LoggerMessage(LogLevel.Information, "New connections between silos use the new certificate. It expires at {Expires:u}.")]
    private partial void LogReloaded(DateTime expires);

    [LoggerMessage(LogLevel.Warning,
        "The new certificate for connections between silos cannot be used. The old one stays in use, and expires at {Expires:u}. "
        + "A silo would not start like this. {Mistakes}")]
    private partial void LogKept(DateTime expires, string mistakes);

    [LoggerMessage(LogLevel.Warning,
        "The certificate for connections between silos expires at {Expires:u}. After that no silo can join. Put new files in place; "
        + "no restart is needed.")]
    private partial void LogExpires(DateTime expires);

    [LoggerMessage(LogLevel.Error,
        "The certificate for connections between silos expired at {Expires:u}. No silo can join, and a lost connection stays lost. Put new "
        + "files in place; no restart is needed.")]
    private partial void LogExpired(DateTime expires);
}
