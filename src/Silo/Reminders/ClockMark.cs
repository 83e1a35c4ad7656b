using System.Text;

namespace IoTOrleans.Silo.Reminders;

/// <summary>A file beside the database with the time, written every minute. A clock behind it at a start was set back.</summary>
internal sealed partial class ClockMark
{
    internal static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly DateTimeOffset? _before;
    private readonly long _started;
    private long _written;
    private bool _isFailing;
    private volatile bool _isDone;

    public ClockMark(string path, TimeProvider time, ILogger<ClockMark> logger)
    {
        (_path, _time, _logger, _started) = (path, time, logger, time.GetTimestamp());
        _before = Read();
        if (_before - time.GetUtcNow() is { } by && by >= ClockWatch.ShortestStep) SetBackBy = by;
        _isDone = SetBackBy is null;
    }

    /// <summary>By how much the clock was set back before this start, as far as the file knows; null: it was not.</summary>
    public TimeSpan? SetBackBy { get; }

    /// <summary>False once it is right: a machine without a battery clock starts with an old time, and gets the right one later.</summary>
    public bool IsStillBehind =>
        SetBackBy is not null && _time.GetUtcNow() < _before + _time.GetElapsedTime(_started) - ClockWatch.ShortestStep;

    /// <summary>The reminders have been looked at, or need not be. Until then the file keeps the old time for the next start.</summary>
    public void Done()
    {
        Volatile.Write(ref _written, _time.GetUtcNow().UtcTicks);
        _isDone = true;
    }

    public void Keep(DateTimeOffset now)
    {
        if (!_isDone || (now - Written).Duration() < Every) return;
        Volatile.Write(ref _written, now.UtcTicks);

        // The clock watch must not wait for the disk.
        ThreadPool.QueueUserWorkItem(_ => Write());
    }

    public void Write(DateTimeOffset now)
    {
        Volatile.Write(ref _written, now.UtcTicks);
        Write();
    }

    private DateTimeOffset Written => new(Volatile.Read(ref _written), TimeSpan.Zero);

    private void Write()
    {
        lock (_lock)
        {
            try
            {
                var text = Written.ToString("O", CultureInfo.InvariantCulture);
                PrivateFile.Write(_path, stream => stream.Write(Encoding.ASCII.GetBytes(text)), overwrite: true);
                _isFailing = false;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                if (!_isFailing) LogNotWritten(_path, exception.Message);
                _isFailing = true;
            }
        }
    }

    private DateTimeOffset? Read()
    {
        if (new FileInfo(_path).LinkTarget is not null) return null;
        try
        {
            return DateTimeOffset.TryParseExact(
                File.ReadAllText(_path), "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // There is none at the first start. One that cannot be read cannot be written either, and Write logs that.
            return null;
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Path} cannot be written ({Error}): should the clock be set back while this process does not run, "
        + "the next start will not notice")]
    private partial void LogNotWritten(string path, string error);
}
