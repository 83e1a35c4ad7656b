using System.Runtime.CompilerServices;
using IoTOrleans.Events.Mqtt;
using IoTOrleans.Grains.Devices;

namespace IoTOrleans.Events.Mqtt;

/// <summary>Finds the things whose connections an earlier start of the broker took with it.</summary>
internal interface IBrokerThings
{
    /// <summary>
    /// Names of the things whose last applied event came through the broker, that are connected or recovering by what is
    /// stored, and whose stored broker start is lower than <paramref name="startNumber"/>. One name more does no harm, one less
    /// is a thing that stays "connected" for ever.
    /// </summary>
    IAsyncEnumerable<string> HeardByEarlierStarts(long startNumber, CancellationToken cancellationToken);
}

/// <summary>Finds the things of earlier broker starts by walking through everything that is stored, page by page.</summary>
internal sealed class BrokerThings(IThingCatalogue catalogue) : IBrokerThings
{
    private const int PageSize = 1000;

    public async IAsyncEnumerable<string> HeardByEarlierStarts(
        long startNumber, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in catalogue.Walk(PageSize, cancellationToken))
        {
            foreach (var thing in page.Things.Where(thing => WaitsForBroker(thing.State, startNumber))) yield return thing.ThingName;
        }
    }

    /// <summary>Connected or in grace by an earlier start: the new one gives it a whole grace, and the clock that ends it.</summary>
    private static bool WaitsForBroker(DeviceState state, long startNumber) =>
        state.Source == EventSource.Broker
        && state.Marks.TryGetValue(OrderMark.BrokerKey, out var mark) && mark.BrokerStart < startNumber
        && (state.Connected == true || state.Outage is { Telling: null });
}
