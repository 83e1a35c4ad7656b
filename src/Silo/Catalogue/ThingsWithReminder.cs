using System.Runtime.CompilerServices;
using IoTOrleans.Grains.Devices;

namespace IoTOrleans.Silo.Catalogue;

/// <summary>The things that are not well. Listing them costs by their number, not by the size of the fleet.</summary>
internal sealed class ThingsWithReminder(IReminderTable reminders, AskedThings things) : IThingSource
{
    private static readonly GrainType Device = GrainType.Create(DeviceNames.GrainType);

    /// <summary>Only of things: other grains have reminders, too.</summary>
    public static async Task<IEnumerable<RingRow>> Rows(
        IReminderTable reminders, uint begin, uint end, CancellationToken cancellationToken) =>
        from row in (await reminders.ReadRows(begin, end, cancellationToken)).Reminders
        where row.GrainId.Type == Device && row.ReminderName == DeviceNames.Reminder
        select new RingRow(row.GrainId.GetUniformHashCode(), row.GrainId.Key.ToString()!);

    public string Name => "ring1";

    public async Task<ThingPage> Page(ThingQuery query, string? position, CancellationToken cancellationToken)
    {
        var from = position is null ? RingPosition.Start : RingPosition.Parse(position).Narrowed();
        var (items, next) = await RingWalk.Page(from, query.Limit, (begin, end) => Rows(reminders, begin, end, cancellationToken), Ask);
        return new(items, next?.ToString());

        async Task<DeviceStatus?> Ask(RingRow row)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!query.MatchesName(row.ThingName)) return null;
            var status = await things.Status(row.ThingName);
            return status is not null && query.Matches(status) ? status : null;
        }
    }
}

internal sealed class ThingsNotWell(IReminderTable reminders, AskedThings things) : IThingsNotWell
{
    public IAsyncEnumerable<StoredThing> Walk(CancellationToken cancellationToken) => Walk<StoredThing>(
        async row => await things.State(row.ThingName), cancellationToken);

    public IAsyncEnumerable<string> Names(CancellationToken cancellationToken) =>
        Walk(row => Task.FromResult<string?>(row.ThingName), cancellationToken);

    private async IAsyncEnumerable<T> Walk<T>(Func<RingRow, Task<T?>> ask, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class
    {
        for (RingPosition? from = RingPosition.Start; from is not null;)
        {
            var (items, next) = await RingWalk.Page(
                from, ThingQuery.MostRows, (begin, end) => ThingsWithReminder.Rows(reminders, begin, end, cancellationToken), Ask);
            foreach (var item in items) yield return item;
            from = next;
        }

        Task<T?> Ask(RingRow row)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return ask(row);
        }
    }
}
