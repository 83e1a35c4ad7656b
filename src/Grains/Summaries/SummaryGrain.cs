namespace IoTOrleans.Grains.Summaries;

/// <summary>The reminder is set for the next list. Once that is due, it ticks every minute until the list is accepted.</summary>
[GrainType("summary")]
internal sealed partial class SummaryGrain(
    [PersistentState("summary")] IPersistentState<SummaryState> storage,
    [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time,
    IOptions<SummaryOptions> options,
    IEnumerable<INotificationDestination> destinations,
    SummaryNotifications notifications,
    ILogger<SummaryGrain> logger)
    : Grain, ISummaryGrain, IRemindable
{
    internal const string Reminder = "summary";

    /// <summary>Orleans' shortest period.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private DateTimeOffset? _armedFor;
    private SummaryTries _tries = SummaryTries.None;

    private string Destination => this.GetPrimaryKeyString();

    /// <summary>Null: no list is wanted, or the destination is gone.</summary>
    private DailyTime? Daily => destinations.FirstOrDefault(destination => destination.Name == Destination)?.Terms.DailySummary is { } at
        ? new(at, options.Value.TimeZone) : null;

    public Task Arrange() => Look();

    public Task ReceiveReminder(string reminderName, TickStatus status) => Look();

    public async Task Answered(DateOnly date, DateTimeOffset listedAt, DeliveryAnswer answer)
    {
        if (storage.State.Done >= date) return;
        if (answer.Outcome == DeliveryOutcome.Accepted) await Store(new SummaryState { Done = date, ListedAt = listedAt });
        else _tries = _tries.Failed(date, answer, time.GetUtcNow());
        await Look();
    }

    public Task TryAgain()
    {
        _tries = _tries.AnswersAgain(time.GetUtcNow());
        return Look();
    }

    public Task<bool> Owes() => Task.FromResult(Daily is { } daily && storage.State.Done < daily.Latest(time.GetUtcNow()));

    public Task<SummaryState> GetState() => Task.FromResult(storage.State);

    private async Task Look()
    {
        if (Daily is not { } daily)
        {
            await Stop();
            return;
        }

        var now = time.GetUtcNow();
        var date = daily.Latest(now);
        if (_tries.Date < date) LogGivenUp(Destination, _tries.Date!.Value, _tries.Detail);
        if (_tries.Date != date) _tries = SummaryTries.None;

        // The first list is that of the next day.
        if (storage.State.Done is null) await Store(new SummaryState { Done = date, ListedAt = now });
        var isDue = storage.State.Done < date;
        await Arm(isDue ? daily.On(date) : daily.Next(now), now);
        if (isDue && _tries.NotBefore <= now) notifications.Ask(Destination, date, storage.State.ListedAt ?? daily.On(date.AddDays(-1)));
    }

    private async Task Arm(DateTimeOffset at, DateTimeOffset now)
    {
        if (_armedFor == at) return;
        await this.RegisterOrUpdateReminder(Reminder, Later(at - now, TimeSpan.Zero), Period);
        _armedFor = at;
    }

    /// <summary>The list is off, or the destination is gone. If it is turned on again, it starts anew.</summary>
    private async Task Stop()
    {
        _armedFor = null;
        if (await this.GetReminder(Reminder) is { } reminder) await this.UnregisterReminder(reminder);
        if (storage.RecordExists) await storage.ClearStateAsync();
        DeactivateOnIdle();
    }

    private Task Store(SummaryState next)
    {
        storage.State = next;
        return this.StoreOrEnd(() => storage.WriteStateAsync());
    }

    [LoggerMessage(LogLevel.Error, "{Destination} did not accept the daily list of {Date}. It is given up, as the next is due: {Detail}")]
    private partial void LogGivenUp(string destination, DateOnly date, string? detail);
}
