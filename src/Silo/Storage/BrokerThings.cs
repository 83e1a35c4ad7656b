using System.Runtime.CompilerServices;
using System.Text.Json;
using IoTOrleans.Contracts;
using IoTOrleans.Grains.Devices;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.State;
using IoTOrleans.Silo.Events.Mqtt;
using IoTOrleans.Sqlite;
using Orleans.Providers;

namespace IoTOrleans.Silo.Storage;

/// <summary>Finds the things of earlier broker starts by walking through everything that is stored, page by page.</summary>
internal sealed class SqliteBrokerThings(SqliteStore store) : IBrokerThings
{
    private const int PageSize = 1000;

    public async IAsyncEnumerable<string> HeardByEarlierStarts(long startNumber, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        GrainId? after = null;
        while (true)
        {
            var page = await store.ListGrains(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, "device", after, PageSize, cancellationToken);
            foreach (var grain in page)
            {
                var state = JsonSerializer.Deserialize<DeviceState>(grain.Data.ToMemory().Span, DeviceStateJson.Options);
                if (state is not null && WaitsForBroker(state, startNumber)) yield return grain.GrainId.Key.ToString()!;
            }

            if (page.Count < PageSize) yield break;
            after = page[^1].GrainId;
        }
    }

    /// <summary>Connected or in grace by an earlier start: the new one gives it a whole grace, and the clock that ends it.</summary>
    private static bool WaitsForBroker(DeviceState state, long startNumber) =>
        state.Source == EventSource.Broker
        && state.Marks.TryGetValue(OrderMark.BrokerKey, out var mark) && mark.BrokerStart < startNumber
        && (state.Connected == true || state.Outage is { Telling: null });
}

/// <summary>Memory storage begins empty with every start: nobody can be waiting.</summary>
internal sealed class NoBrokerThings : IBrokerThings
{
    public async IAsyncEnumerable<string> HeardByEarlierStarts(long startNumber, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        yield break;
    }
}

internal sealed class GrainBrokerStartSink(IGrainFactory grains) : IBrokerStartSink
{
    public Task BrokerStarted(string thingName, BrokerStart start) => grains.GetGrain<IDeviceAnswers>(thingName).BrokerStarted(start);
}
