using IoTOrleans.Grains.Logging;

namespace IoTOrleans.Silo.Hosting.Reloading;

/// <summary>
/// Looks whether the files of settings have changed: by their content, since orchestrators turn links, and not by what the system tells of
/// a folder, since that would be a whole tree.
/// </summary>
internal sealed partial class SettingsWatch : BackgroundService
{
    internal static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private readonly IConfigurationRoot _root;
    private readonly LiveSettings _live;
    private readonly TimeProvider _time;
    private readonly ILogger<SettingsWatch> _logger;
    private readonly Layers _layers;
    private readonly FileContent<SettingsReload> _files;
    private readonly LogLimiter _refused;
    private string? _mistakes;
    private string? _toldLater;

    public SettingsWatch(IConfigurationRoot root, LiveSettings live, TimeProvider time, ILogger<SettingsWatch> logger)
    {
        (_root, _live, _time, _logger, _layers, _refused) = (root, live, time, logger, new(root), new(time, TimeSpan.FromDays(1)));
        _files = new(_ => Load(), [.. _layers.Files.Select(file => file.FullPath!)]);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_layers.Files.Count == 0) return;
        using var timer = new PeriodicTimer(Every, _time);
        do Look();
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    internal void Look()
    {
        if (_files.Look() is { } read)
        {
            _refused.IsOver();
            _mistakes = read.Value is null ? string.Join(' ', read.Mistakes) : null;
            if (read.Value is { } reload) Take(reload);
        }

        // Again each day.
        if (_mistakes is not null && _refused.ShouldLog()) LogRefused(_mistakes);
    }

    private Loaded<SettingsReload> Load()
    {
        try
        {
            return new(SettingsReload.Read(_layers, _root), []);
        }
        catch (StartupException exception)
        {
            return new(null, exception.Message.Split(Environment.NewLine));
        }
        catch (Exception exception)
        {
            // Whatever it is, the service goes on with what it has.
            return new(null, [exception.FirstLine()]);
        }
    }

    private void Take(SettingsReload reload)
    {
        if (reload.Changed.Count > 0)
        {
            // The values first: the listeners read them. One that throws keeps what it had, and must not keep the change from the others.
            List<Action> steps = [.. reload.Contents.Select(Action (pair) => () => pair.Key.Replace(pair.Value))];
            var failures = steps.Append(() => _live.Take(reload.Settings, reload.Changed)).Select(Failure).OfType<Exception>().ToList();
            if (failures.Count > 0) LogNotTaken(SettingsReload.Names(reload.Changed), failures[0].GetBaseException().FirstLine());
            else LogTaken(SettingsReload.Names(reload.Changed));
        }

        var later = SettingsReload.Names(reload.NeedsRestart);
        if (reload.NeedsRestart.Count > 0 && later != _toldLater) LogNeedsRestart(later);
        _toldLater = later;
    }

    private static Exception? Failure(Action step)
    {
        try
        {
            step();
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    [LoggerMessage(LogLevel.Error, "Changed settings are in force, but a part of the service could not take them and goes on as before: "
        + "{Settings}. Restart it. {Error}")]
    private partial void LogNotTaken(string settings, string error);

    [LoggerMessage(LogLevel.Information, "Changed settings are in force: {Settings}")]
    private partial void LogTaken(string settings);

    [LoggerMessage(LogLevel.Warning, "Changed settings need a restart, and the old values stay in force until then: {Settings}")]
    private partial void LogNeedsRestart(string settings);

    [LoggerMessage(LogLevel.Warning, "The changed settings are refused, and all old values stay in force. The next start would fail like "
        + "this. {Mistakes}")]
    private partial void LogRefused(string mistakes);
}
