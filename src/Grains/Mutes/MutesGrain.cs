using System.Text.Json;

namespace IoTOrleans.Grains.Mutes;

/// <summary>Keeps the list of mutes. It is seldom written; things read their silo's copy, the <see cref="MuteBook"/>.</summary>
[GrainType("mutes")]
internal sealed partial class MutesGrain(
    [PersistentState("mutes")] IPersistentState<MuteList> storage,
    [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider time,
    ILogger<MutesGrain> logger)
    : Grain, IMutesGrain
{
    internal const int Most = 1000;

    /// <summary>One DynamoDB item holds 400 KB; the list is one item.</summary>
    internal const int MostBytes = 256 * 1024;

    internal static readonly TimeSpan TidyEvery = TimeSpan.FromMinutes(1);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        this.RegisterGrainTimer(Tidy, new GrainTimerCreationOptions(TidyEvery, TidyEvery));
        return Task.CompletedTask;
    }

    public async Task<MutePut> Put(Mute mute)
    {
        var running = Running();
        var before = running.Find(other => other.Id == mute.Id);
        var answer = before is null ? MutePut.Created : MutePut.Replaced;
        if (mute == before) return answer;

        List<Mute> after = [.. running.Where(other => other != before), mute];
        if (after.Count > Most || JsonSerializer.SerializeToUtf8Bytes(after, DeviceStateJson.Options).Length > MostBytes)
            return MutePut.Full;
        await Store(after);
        return answer;
    }

    public Task<bool> Delete(string id) => Remove(mute => mute.Id == id);

    public Task Fulfilled(string id, DateTimeOffset from) =>
        Remove(mute => mute.Id == id && mute.From == from && mute is { UntilRecovered: true, Thing: not null });

    public Task<IReadOnlyList<Mute>> List() => Task.FromResult<IReadOnlyList<Mute>>(Running());

    public Task<MuteList?> Newer(long? knownRevision) => Task.FromResult(storage.State.Revision == knownRevision ? null : storage.State);

    private List<Mute> Running()
    {
        var now = time.GetUtcNow();
        return [.. storage.State.Mutes.Where(mute => !mute.HasEnded(now))];
    }

    private async Task<bool> Remove(Predicate<Mute> which)
    {
        var mutes = Running();
        if (mutes.RemoveAll(which) == 0) return false;
        await Store(mutes);
        return true;
    }

    private async Task Tidy(CancellationToken cancellationToken)
    {
        var running = Running();
        if (running.Count == storage.State.Mutes.Count) return;
        try
        {
            await Store(running);
        }
        catch (Exception exception)
        {
            LogNotTidied(exception);
        }
    }

    private async Task Store(List<Mute> mutes)
    {
        storage.State = new MuteList
        {
            Revision = storage.State.Revision + 1,
            Mutes = mutes.OrderBy(mute => mute.Id, StringComparer.Ordinal).ToList(),
        };
        await this.StoreOrEnd(() => storage.WriteStateAsync());
    }

    [LoggerMessage(LogLevel.Warning, "Mutes that have ended could not be removed from the list. It is tried again in a minute.")]
    private partial void LogNotTidied(Exception exception);
}
