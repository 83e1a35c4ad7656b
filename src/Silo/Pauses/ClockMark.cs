using System.Globalization;

namespace IoTOrleans.Silo.Pauses;

/// <summary>
/// A small file beside the database with the time of this machine, written every minute. If the clock is behind it at the next start, the clock was
/// set back meanwhile.
/// </summary>
internal sealed partial class ClockMark
{
    internal static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private readonly string _path;
    private readonly ILogger _logger;
    private DateTimeOffset _written = DateTimeOffset.MinValue;
    private bool _isFailing;

    public ClockMark(string path, TimeProvider time, ILogger<ClockMark> logger)
    {
        (_path, _logger) = (path, logger);
        if (Read() is { } before && before - time.GetUtcNow() is var by && by >= PauseWatch.ShortestStep) SetBackBy = by;
    }

    /// <summary>By how much the clock was set back before this start, as far as the file knows; null: it was not.</summary>
    public TimeSpan? SetBackBy { get; }

    /// <summary>Once a minute is enough.</summary>
    public void Keep(DateTimeOffset now)
    {
        if ((now - _written).Duration() >= Every) Write(now);
    }

    public void Write(DateTimeOffset now)
    {
        _written = now;
        try
        {
            File.WriteAllText(_path, now.ToString("O", CultureInfo.InvariantCulture));
            _isFailing = false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (!_isFailing) LogNotWritten(_path, exception.Message);
            _isFailing = true;
        }
    }

    private DateTimeOffset? Read()
    {
        try
        {
            return DateTimeOffset.TryParseExact(
                File.ReadAllText(_path), "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // There is none at the first start; one that cannot be read cannot be written either, and that is said.
            return null;
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Path} cannot be written ({Error}): should the clock be set back while this process does not run, the next start will not notice")]
    private partial void LogNotWritten(string path, string error);
}
