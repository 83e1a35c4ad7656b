namespace IoTOrleans.Grains.Summaries;

/// <summary>
/// The reminder is the durable clock, as with things: it stands at the next list, and once that is due it ticks every minute until the
/// list is accepted. Reading and sending is the <see cref="SummaryNotifications"/>'s work.
/// </summary>
[GrainType("summary")]
internal sealed partial class SummaryGrain(
    [PersistentState("summary")] IPersistentState<SummaryState> storage,
    [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time,
    SummaryPlan plan,
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

    public Task<SummaryState> GetState() => Task.FromResult(storage.State);

    private async Task Look()
    {
        if (plan.For(Destination) is not { } daily)
        {
            await Stop();
            return;
        }

        var now = time.GetUtcNow();
        var date = daily.Latest(now);
        if (_tries.GivesUp(date)) LogGivenUp(Destination, _tries.Date!.Value, _tries.Detail);
        if (_tries.Date != date) _tries = SummaryTries.None;

        // The first list is that of the next day: nobody waits for the one of this morning.
        if (storage.State.Done is null) await Store(new SummaryState { Done = date, ListedAt = now });
        if (storage.State.Done >= date) await Arm(daily.Next(now), now);
        else await Try(daily, date, now);
    }

    private async Task Try(DailyTime daily, DateOnly date, DateTimeOffset now)
    {
        // Due: the reminder has to be there, and to tick every minute.
        await Arm(daily.On(date), now);
        if (_tries.NotBefore <= now) notifications.Ask(Destination, date, storage.State.ListedAt ?? daily.On(date.AddDays(-1)));
    }

    private async Task Arm(DateTimeOffset at, DateTimeOffset now)
    {
        if (_armedFor == at) return;
        await this.RegisterOrUpdateReminder(Reminder, at > now ? at - now : TimeSpan.Zero, Period);
        _armedFor = at;
    }

    /// <summary>Turned off, or gone from the settings. Should it be turned on again, that is a new beginning.</summary>
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

    [LoggerMessage(LogLevel.Error, "{Destination}: the summary of {Date} could not be told in a day and is "
        + "given up; the next one is due: {Detail}")]
    private partial void LogGivenUp(string destination, DateOnly date, string? detail);
}
