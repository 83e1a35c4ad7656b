using System.Text.Json;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.State;

/// <summary>Keeps a thing's stored item within one DynamoDB write unit. Drops the oldest history first, and never what is owed.</summary>
internal static class StateBudget
{
    /// <summary>One write unit: 1 KB for the whole item (DynamoDB developer guide, "Read/write capacity mode").</summary>
    internal const int ItemBytes = 1024;

    /// <summary>The rest of the item beside the state and the thing name: attribute names, grain type, ETag.</summary>
    internal const int Overhead = 120;

    public static DeviceState Trim(DeviceState state, string thingName)
    {
        var budget = ItemBytes - Overhead - Encoding.UTF8.GetByteCount(thingName);
        while (state.Ring.Count > 0 && Size(state) > budget) state = History.Shorter(state);

        // Before a client: its mark decides whether an event counts, and connect failures decide nothing.
        if (state.Ring.Count == 0 && Size(state) > budget) state = ConnectFailureRules.Forget(state);
        while (state.Clients.Count > 1 && state.Clients.Any(client => !client.Connected) && Size(state) > budget)
            state = ClientOrder.Forget(state, out _);
        return state;
    }

    public static int Size(DeviceState state) => JsonSerializer.SerializeToUtf8Bytes(state, DeviceStateJson.Options).Length;
}
