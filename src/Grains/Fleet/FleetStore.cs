using IoTOrleans.Grains.Devices;
using Orleans.Storage;

namespace IoTOrleans.Grains.Fleet;

/// <summary>
/// What the fleet's grain reads and writes. Not by way of <c>[PersistentState]</c>: while storage fails, the grain answers all the same.
/// </summary>
internal sealed class FleetStore(IServiceProvider services, GrainId self)
{
    private const string Name = "fleet";

    private readonly StoredStatus _statuses = services.GetRequiredService<StoredStatus>();
    private readonly StoredThings _things = services.GetRequiredService<StoredThings>();
    private readonly Guid _epoch = Guid.NewGuid();
    private GrainState<Lenient<FleetState>> _record = new(new());

    private IGrainStorage Storage => services.GetRequiredService<IGrainStorage>();

    /// <returns>If it cannot be read, the next <see cref="Write"/> replaces it.</returns>
    public async Task<Lenient<FleetState>> Read()
    {
        _record = await ReadRecord();
        return _record.State ?? new();
    }

    /// <summary>After a <see cref="Write"/>, also after one without an answer.</summary>
    /// <returns>False: another activation has written since.</returns>
    public async Task<bool> IsMine()
    {
        var before = _record;
        var record = await ReadRecord();
        if (record.State?.State.Epoch != _epoch) return false;
        if (_record == before) _record = record;
        return true;
    }

    public async Task Write(FleetState state)
    {
        var record = new GrainState<Lenient<FleetState>>(new() { State = state with { Epoch = _epoch } }, _record.ETag)
        {
            RecordExists = _record.RecordExists,
        };
        await Storage.WriteStateAsync(Name, self, record);
        _record = record;
    }

    /// <returns>Null: nothing is stored of it, or it was forgotten.</returns>
    public async Task<DeviceStatus?> StatusOf(string thingName) => await _things.Read(thingName) is { } thing ? StatusOf(thing) : null;

    /// <returns>Null: it was forgotten.</returns>
    public DeviceStatus? StatusOf(StoredThing thing) =>
        StoredStatus.IsForgotten(thing.State) ? null : _statuses.Of(thing.ThingName, thing.State);

    private async Task<GrainState<Lenient<FleetState>>> ReadRecord()
    {
        var record = new GrainState<Lenient<FleetState>>(new());
        await Storage.ReadStateAsync(Name, self, record);
        return record;
    }
}
