using System.Runtime.CompilerServices;
using IoTOrleans.Grains.Devices;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Dispatch;

internal sealed class WaitingThings(IGrainFactory grains, IEnumerable<INotificationDestination> destinations, IThingsNotWell? things = null)
{
    private readonly Dictionary<string, Func<string, Task>> _tryAgain = destinations.ToDictionary(
        destination => destination.Name,
        Func<string, Task> (destination) => thing => grains.GetGrain<IDeviceAnswers>(thing).TryAgain(destination.Name));

    private readonly Dictionary<string, Func<string, Task<bool>>> _owes = destinations.ToDictionary(
        destination => destination.Name,
        Func<string, Task<bool>> (destination) => thing => grains.GetGrain<IDeviceAnswers>(thing).Owes(destination.Name));

    public Waiter Of(string destination, string thing) => new(_tryAgain[destination], _owes[destination], thing);

    /// <summary>By the things' states, whatever this silo knows of them.</summary>
    public async IAsyncEnumerable<Waiter> Find(string destination, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (things is null) yield break;
        await foreach (var thing in things.Walk(cancellationToken))
        {
            if (DeliveryRules.WaitsFor(thing.State, destination)) yield return Of(destination, thing.ThingName);
        }
    }
}
