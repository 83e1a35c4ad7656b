namespace IoTOrleans.Sqlite.Tests.Hosting;

public interface IVisitorGrain : IGrainWithStringKey
{
    Task<int> Visit();

    Task Forget();

    Task ComeBack(string reminderName);

    Task<bool> HasReminder(string reminderName);
}

/// <summary>As plain as a grain with a state and a reminder can be.</summary>
[GrainType("visitor")]
internal sealed class VisitorGrain([PersistentState("visits")] IPersistentState<Visits> visits) : Grain, IVisitorGrain, IRemindable
{
    public async Task<int> Visit()
    {
        visits.State.Count++;
        await visits.WriteStateAsync();
        return visits.State.Count;
    }

    public Task Forget() => visits.ClearStateAsync();

    public Task ComeBack(string reminderName) => this.RegisterOrUpdateReminder(reminderName, TimeSpan.FromDays(1), TimeSpan.FromMinutes(1));

    public async Task<bool> HasReminder(string reminderName) => await this.GetReminder(reminderName) is not null;

    public Task ReceiveReminder(string reminderName, TickStatus status) => Task.CompletedTask;
}

[GenerateSerializer]
internal sealed record Visits
{
    [Id(0)] public int Count { get; set; }
}
