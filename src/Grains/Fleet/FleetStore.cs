using IoTOrleans.Grains.Devices;
using Orleans.Storage;

namespace IoTOrleans.Grains.Fleet;

/// <summary>
/// What the fleet's grain reads and writes. Not by way of <c>[PersistentState]</c>: while storage fails, the grain answers all the same.
/// </summary>
internal sealed class FleetStore(IServiceProvider services, GrainId self)
{
    private const string Name = "fleet";

    private static readonly GrainType Device = GrainType.Create(DeviceNames.GrainType);

    private readonly StoredStatus _statuses = services.GetRequiredService<StoredStatus>();
    private GrainState<FleetState> _record = new(new FleetState());

    private IGrainStorage Storage => services.GetRequiredService<IGrainStorage>();

    public async Task<FleetState> Read()
    {
        var record = new GrainState<FleetState>(new FleetState());
        await Storage.ReadStateAsync(Name, self, record);
        _record = record;
        return record.State ?? new();
    }

    public async Task Write(FleetState state)
    {
        var before = _record.State;
        _record.State = state;
        try
        {
            await Storage.WriteStateAsync(Name, self, _record);
        }
        catch
        {
            _record.State = before;
            throw;
        }
    }

    /// <returns>Null: nothing is stored of it, or it was forgotten.</returns>
    public async Task<DeviceStatus?> StatusOf(string thingName)
    {
        var thing = new GrainState<DeviceState>(new DeviceState());
        await Storage.ReadStateAsync(DeviceNames.State, GrainId.Create(Device, thingName), thing);
        return thing.RecordExists ? StatusOf(new StoredThing(thingName, thing.State ?? new())) : null;
    }

    /// <returns>Null: it was forgotten.</returns>
    public DeviceStatus? StatusOf(StoredThing thing) =>
        StoredStatus.IsForgotten(thing.State) ? null : _statuses.Of(thing.ThingName, thing.State);
}
