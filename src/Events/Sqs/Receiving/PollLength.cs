namespace IoTOrleans.Events.Sqs;

/// <summary>
/// How long a poll waits for a message. A proxy in front of SQS may cut connections that are idle for some seconds. The messages in the
/// lost answer stay hidden for a while, and verdicts wait for that. So polls become shorter than the proxy allows.
/// </summary>
internal sealed partial class PollLength(TimeProvider time, ILogger<PollLength> logger)
{
    /// <summary>The shortest poll that asks all of SQS's servers.</summary>
    internal static readonly TimeSpan Short = TimeSpan.FromSeconds(1);

    /// <summary>The proxy may be gone after that.</summary>
    internal static readonly TimeSpan StaysShortFor = TimeSpan.FromHours(1);

    /// <summary>One cut may have any reason.</summary>
    private const int CutsInARow = 2;

    /// <summary>An attempt that failed sooner had another reason.</summary>
    private static readonly TimeSpan Idle = 1.5 * Short;

    private readonly Lock _lock = new();
    private int _cuts;
    private int _failures;
    private long? _lastCut;
    private long? _shortSince;

    public TimeSpan Current
    {
        get
        {
            lock (_lock)
            {
                if (_shortSince is { } since && time.GetElapsedTime(since) > StaysShortFor) (_shortSince, _cuts) = (null, 0);
                return _shortSince is null ? SqsQueue.LongPoll : Short;
            }
        }
    }

    public int Failures => Volatile.Read(ref _failures);

    /// <param name="waited">From the request until its connection broke.</param>
    public void Failed(TimeSpan waited)
    {
        lock (_lock)
        {
            _failures++;
            if (_shortSince is not null || waited < Idle || waited > SqsQueue.LongPoll - (Short / 2)) return;

            // All receivers can lose their polls at once; that is one cut.
            if (_lastCut is { } last && time.GetElapsedTime(last) < Short) return;
            _lastCut = time.GetTimestamp();
            if (++_cuts < CutsInARow) return;
            _shortSince = time.GetTimestamp();
        }

        LogCut(waited.TotalSeconds);
    }

    public void Answered(TimeSpan waited)
    {
        lock (_lock)
        {
            if (waited >= Idle && _shortSince is null) _cuts = 0;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Something between this process and SQS cuts polls that wait for {Seconds:0.0} s. From now on they "
        + "wait for 1 s; longer polls are tried again after an hour. Let idle connections to SQS live for 10 s")]
    private partial void LogCut(double seconds);
}
