namespace IoTOrleans.Grains.Rounds;

/// <summary>A page, a pause, the next page. If its silo dies, <see cref="KeepGoing"/> starts it on another one within a minute.</summary>
[KeepAlive]
[GrainType("round")]
internal sealed partial class RoundGrain(
    [PersistentState("round")] IPersistentState<RoundState> storage,
    [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time,
    IThingCatalogue catalogue,
    ILogger<RoundGrain> logger)
    : Grain, IRoundGrain
{
    /// <summary>
    /// After a start. By then reminders are loaded, the broker listens, mutes are known; and after a change of the settings, all silos have
    /// read them.
    /// </summary>
    internal static readonly TimeSpan FirstAfter = TimeSpan.FromSeconds(10);

    /// <summary>If a position is lost, the pages of a minute are read again.</summary>
    internal static readonly TimeSpan StoredEvery = TimeSpan.FromMinutes(1);

    private static readonly Backoff Retry = new(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(15));

    /// <summary>A thing that always fails must not stop the round.</summary>
    internal const int Tries = 5;

    private RoundState _state = new();
    private IRound? _round;
    private bool _atWork;
    private bool _startsOver;
    private int _failures;
    private long _storedAt;
    private IGrainTimer? _timer;

    private string Name => this.GetPrimaryKeyString();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _round = ServiceProvider.GetKeyedService<IRound>(Name);
        if (_round?.GoesOn == true) _state = storage.State;
        _storedAt = time.GetTimestamp();
        return Task.CompletedTask;
    }

    public Task KeepGoing()
    {
        if (_atWork || _round is not { } round || round.Every == TimeSpan.Zero) return Task.CompletedTask;
        if (!_state.Walking)
        {
            if (Now < _state.Begun + round.Every) return Task.CompletedTask;
            Begin();
        }

        _atWork = true;
        Next(FirstAfter);
        return Task.CompletedTask;
    }

    public Task StartOver()
    {
        if (_round is not { } round || round.Every == TimeSpan.Zero) return Task.CompletedTask;
        _startsOver = _atWork;
        if (_atWork) return Task.CompletedTask;
        Begin();
        return KeepGoing();
    }

    public Task<RoundState> GetState() => Task.FromResult(_state);

    private DateTimeOffset Now => ToMilliseconds(time.GetUtcNow());

    private void Begin() => _state = new() { Begun = Now, Walking = true };

    private void Next(TimeSpan wait)
    {
        _timer?.Dispose();
        _timer = this.RegisterGrainTimer(Step, new GrainTimerCreationOptions(wait, Timeout.InfiniteTimeSpan) { KeepAlive = true });
    }

    private async Task Step(CancellationToken cancellationToken)
    {
        try
        {
            var wait = await LookAtPage(_round!, cancellationToken);
            if (!_state.Walking || time.GetElapsedTime(_storedAt) >= StoredEvery)
            {
                _round!.Report();
                await Store();
            }

            if (_startsOver)
            {
                _startsOver = false;
                Begin();
                wait = FirstAfter;
            }

            _atWork = _state.Walking;
            if (_atWork) Next(wait);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // This activation ends.
        }
    }

    private async Task<TimeSpan> LookAtPage(IRound round, CancellationToken cancellationToken)
    {
        CataloguePage? page = null;
        var pause = TimeSpan.Zero;
        try
        {
            page = await catalogue.List(_state.Cursor, round.PageSize, cancellationToken);

            // No grain can look at the others either. The catalogue names them in the log.
            List<StoredThing> things = [.. page.Things.Where(thing => thing.Unreadable is null)];
            if (things.Count > 0) pause = await round.Look(things, cancellationToken);
        }
        catch (CursorException)
        {
            // The storage was changed.
            _state = _state with { Cursor = null };
            return Retry.First;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            _failures++;
            if (page is null || _failures < Tries)
            {
                LogTriedAgain(exception, Name);
                return Retry.After(_failures);
            }

            LogLeftOut(exception, Name, Tries, round.Every);
        }

        _failures = 0;
        _state = _state with { Cursor = page.Next, Walking = page.Next is not null };
        return pause;
    }

    private async Task Store()
    {
        _storedAt = time.GetTimestamp();
        if (!_round!.GoesOn) return;
        storage.State = _state;
        await this.StoreOrEnd(() => storage.WriteStateAsync());
    }

    [LoggerMessage(LogLevel.Warning, "The {Round} could not look at some of the things. They are tried again.")]
    private partial void LogTriedAgain(Exception exception, string round);

    [LoggerMessage(LogLevel.Error, "The {Round} could not look at some of the things in {Tries} tries. It goes on without them. "
        + "The next one comes in {Every}.")]
    private partial void LogLeftOut(Exception exception, string round, int tries, TimeSpan every);
}
