using Orleans.Runtime;

namespace IoTOrleans.Silo.Reminders;

/// <summary>
/// Orleans' reminders of the part of the ring that is this silo's: stored in the table, ticked by a <see cref="ReminderClock"/>. Contract
/// and table are Orleans' own; only what a reminder costs in memory until it ticks is not.
/// </summary>
internal sealed partial class ReminderService : GrainService, IReminderService
{
    /// <summary>
    /// How often the table is read again, for what another silo has written and for what comes near. Half of
    /// <see cref="ReminderClock.Window"/>.
    /// </summary>
    internal static readonly TimeSpan RefreshEvery = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>How long a clock that seems to have been set back is given to be put right.</summary>
    internal static readonly TimeSpan ClockIsRightWithin = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan AtStop = TimeSpan.FromSeconds(5);

    private readonly IReminderTable _table;
    private readonly ReminderClock _clock;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _reading = new(1);
    private readonly ClockMark? _mark;
    private bool _lookAtAll;

    public ReminderService(
        GrainId id, Orleans.Runtime.Silo silo, ILoggerFactory loggers, IReminderTable table, ReminderClock clock, TimeProvider time,
        ClockMark? mark = null)
        : base(id, silo, loggers)
    {
        _mark = mark;
        (_table, _clock, _time, _logger) = (table, clock, time, loggers.CreateLogger<ReminderService>());
    }

    public override Task Init(IServiceProvider serviceProvider) => _table.StartAsync();

    public override async Task Start()
    {
        _clock.Start();
        await base.Start();
    }

    protected override async Task StartInBackground()
    {
        await base.StartInBackground();
        _ = Refresh(StoppedCancellationTokenSource.Token);
    }

    public override async Task Stop()
    {
        await base.Stop();
        try
        {
            await _clock.Stop().WaitAsync(AtStop, _time);
        }
        catch (TimeoutException)
        {
            // A storage that hangs: whatever these ticks were about, the reminders are still there, and tick elsewhere.
        }

        await _table.StopAsync();
    }

    public override async Task OnRangeChange(IRingRange oldRange, IRingRange newRange, bool increased)
    {
        await base.OnRangeChange(oldRange, newRange, increased);
        _clock.Drop(alarm => !newRange.InRange(alarm.Grain));
        _ = ReadUntilDone(StoppedCancellationTokenSource.Token);
    }

    public async Task<IGrainReminder> RegisterOrUpdateReminder(GrainId grainId, string reminderName, TimeSpan dueTime, TimeSpan period)
    {
        var startAt = _time.GetUtcNow().UtcDateTime + dueTime;
        var etag = await _table.UpsertRow(new() { GrainId = grainId, ReminderName = reminderName, StartAt = startAt, Period = period })
            ?? throw new ReminderException($"The reminder {reminderName} of {grainId} could not be stored.");

        // Whoever asked may not know yet that another silo has this part of the ring by now; that one will find it in the table.
        if (RingRange.InRange(grainId)) _clock.Set(grainId, reminderName, startAt, period);
        return new StoredReminder(grainId, reminderName, etag);
    }

    public async Task UnregisterReminder(IGrainReminder reminder)
    {
        var (grain, name, etag) = (StoredReminder)reminder;
        if (!await _table.RemoveRow(grain, name, etag) && await _table.ReadRow(grain, name) is not null)
            throw new ReminderException($"The reminder {name} of {grain} has been changed meanwhile, and stays.");
        _clock.Remove(grain, name);
    }

    public async Task<IGrainReminder?> GetReminder(GrainId grainId, string reminderName) =>
        StoredReminder.Of(await _table.ReadRow(grainId, reminderName));

    public async Task<List<IGrainReminder>> GetReminders(GrainId grainId) =>
        [.. (await _table.ReadRows(grainId)).Reminders.Select(row => StoredReminder.Of(row)!)];

    private async Task Refresh(CancellationToken stopping)
    {
        if (_mark is { SetBackBy: not null }) await LookAtAllIfBehind(_mark, stopping);
        while (!stopping.IsCancellationRequested)
        {
            await ReadUntilDone(stopping);
            await Wait(RefreshEvery, stopping);
        }
    }

    private async Task LookAtAllIfBehind(ClockMark mark, CancellationToken stopping)
    {
        await ReadUntilDone(stopping);
        await Wait(ClockIsRightWithin, stopping);
        _lookAtAll = mark.IsStillBehind;
        if (_lookAtAll) await ReadUntilDone(stopping);

        // Until whoever was woken has stored its new time.
        await Wait(ClockIsRightWithin, stopping);
        if (!stopping.IsCancellationRequested) mark.Done();
    }

    private async Task ReadUntilDone(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested && !await TryRead()) await Wait(RetryAfter, stopping);
    }

    private async Task Wait(TimeSpan wait, CancellationToken stopping) => await Task.Delay(wait, _time, stopping)
        .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

    private async Task<bool> TryRead()
    {
        await _reading.WaitAsync();
        try
        {
            var serial = RangeSerialNumber;
            foreach (var part in RangeFactory.GetSubRanges(RingRange).SelectMany(range => new RingPart(range.Begin, range.End).Pieces()))
            {
                if (serial != RangeSerialNumber || StoppedCancellationTokenSource.IsCancellationRequested) return true;
                _clock.BeginRead();
                var rows = (await _table.ReadRows(part.Begin, part.End)).Reminders.ToList();

                // Ours when it was asked for, and not now: whoever has it reads it, and so do we what we have got instead.
                if (serial == RangeSerialNumber) _clock.EndRead(rows, part.Contains, _lookAtAll);
            }

            _lookAtAll = false;
            return true;
        }
        catch (Exception exception)
        {
            LogNotRead(exception);
            return false;
        }
        finally
        {
            _reading.Release();
        }
    }

    [LoggerMessage(LogLevel.Warning, "The reminders could not be read; tried again soon. What this silo knows of already ticks meanwhile")]
    private partial void LogNotRead(Exception exception);
}
