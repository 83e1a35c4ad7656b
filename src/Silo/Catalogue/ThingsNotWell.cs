using System.Runtime.CompilerServices;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Silo.Catalogue;

/// <summary>By the reminder table: what is well costs nothing here, however many there are.</summary>
internal sealed class ThingsNotWell(IReminderTable reminders, IGrainFactory grains) : IThingsNotWell
{
    public async IAsyncEnumerable<ThingNotWell> Walk([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (RingPosition? from = RingPosition.Start; from is not null;)
        {
            var (things, next) = await RingWalk.Page(
                from, ThingQuery.MostRows, (begin, end) => ThingsWithReminder.Rows(reminders, begin, end, cancellationToken), Ask);
            foreach (var thing in things) yield return thing;
            from = next;
        }

        async Task<ThingNotWell?> Ask(RingRow row)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new(row.ThingName, await grains.GetGrain<IDeviceGrain>(row.ThingName).GetState());
        }
    }
}
