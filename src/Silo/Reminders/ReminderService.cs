using Orleans.Runtime;

namespace IoTOrleans.Silo.Reminders;

/// <summary>Orleans' reminders of this silo's part of the ring: stored in its table, ticked by a <see cref="ReminderClock"/>.</summary>
internal sealed partial class ReminderService(
    GrainId id, Orleans.Runtime.Silo silo, ILoggerFactory loggers, IReminderTable table, ReminderClock clock, TimeProvider time,
    ClockMark? mark = null) : GrainService(id, silo, loggers), IReminderService
{
    /// <summary>How often the table is read again, for other silos' writes and for what comes near: half of the clock's window.</summary>
    internal static readonly TimeSpan RefreshEvery = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>A clock that seems to have been set back has this long to be put right.</summary>
    internal static readonly TimeSpan ClockIsRightWithin = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan AtStop = TimeSpan.FromSeconds(5);

    private readonly ILogger _logger = loggers.CreateLogger<ReminderService>();
    private readonly SemaphoreSlim _reading = new(1);
    private bool _lookAtAll;

    public override Task Init(IServiceProvider serviceProvider) => table.StartAsync();

    public override async Task Start()
    {
        clock.Start();
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
            await clock.Stop().WaitAsync(AtStop, time);
        }
        catch (TimeoutException)
        {
            // Storage hangs. The reminders are stored, and tick on another silo.
        }

        await table.StopAsync();
    }

    public override async Task OnRangeChange(IRingRange oldRange, IRingRange newRange, bool increased)
    {
        await base.OnRangeChange(oldRange, newRange, increased);
        clock.Drop(alarm => !newRange.InRange(alarm.Grain));
        _ = ReadUntilDone(StoppedCancellationTokenSource.Token);
    }

    public async Task<IGrainReminder> RegisterOrUpdateReminder(GrainId grainId, string reminderName, TimeSpan dueTime, TimeSpan period)
    {
        var startAt = time.GetUtcNow().UtcDateTime + dueTime;
        var etag = await table.UpsertRow(new() { GrainId = grainId, ReminderName = reminderName, StartAt = startAt, Period = period })
            ?? throw new ReminderException($"The reminder {reminderName} of {grainId} could not be stored.");

        // If another silo has this part of the ring by now, it finds the reminder in the table.
        if (RingRange.InRange(grainId)) clock.Set(grainId, reminderName, startAt, period);
        return new StoredReminder(grainId, reminderName, etag);
    }

    public async Task UnregisterReminder(IGrainReminder reminder)
    {
        var (grain, name, etag) = (StoredReminder)reminder;
        if (!await table.RemoveRow(grain, name, etag) && await table.ReadRow(grain, name) is not null)
            throw new ReminderException($"The reminder {name} of {grain} has been changed meanwhile, and stays.");
        clock.Remove(grain, name);
    }

    public async Task<IGrainReminder?> GetReminder(GrainId grainId, string reminderName) =>
        StoredReminder.Of(await table.ReadRow(grainId, reminderName));

    public async Task<List<IGrainReminder>> GetReminders(GrainId grainId) =>
        [.. (await table.ReadRows(grainId)).Reminders.Select(row => StoredReminder.Of(row)!)];

    private async Task Refresh(CancellationToken stopping)
    {
        if (mark is { SetBackBy: not null }) await LookAtAllIfBehind(mark, stopping);
        while (!stopping.IsCancellationRequested)
        {
            await ReadUntilDone(stopping);
            await Wait(RefreshEvery, stopping);
        }
    }

    private async Task LookAtAllIfBehind(ClockMark behind, CancellationToken stopping)
    {
        await ReadUntilDone(stopping);
        await Wait(ClockIsRightWithin, stopping);
        _lookAtAll = behind.IsStillBehind;
        if (_lookAtAll) await ReadUntilDone(stopping);

        // Until the grains that ticked have stored their new times.
        await Wait(ClockIsRightWithin, stopping);
        if (!stopping.IsCancellationRequested) behind.Done();
    }

    private async Task ReadUntilDone(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested && !await TryRead()) await Wait(RetryAfter, stopping);
    }

    private async Task Wait(TimeSpan wait, CancellationToken stopping) => await Task.Delay(wait, time, stopping)
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
                clock.BeginRead();
                var rows = (await table.ReadRows(part.Begin, part.End)).Reminders.ToList();

                // If the range has changed meanwhile, its new silo reads this part, and OnRangeChange starts another read here.
                if (serial == RangeSerialNumber) clock.EndRead(rows, part.Contains, _lookAtAll);
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

    [LoggerMessage(LogLevel.Warning, "The reminders could not be read. This silo tries again soon; those read before tick meanwhile")]
    private partial void LogNotRead(Exception exception);
}
