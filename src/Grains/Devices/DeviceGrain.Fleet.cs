using IoTOrleans.Grains.Fleet;
using IoTOrleans.Grains.Presence;

namespace IoTOrleans.Grains.Devices;

/// <content>Notes on this silo's board what the fleet has to know. Nothing here waits.</content>
internal sealed partial class DeviceGrain
{
    private PresenceStatus? _noted;

    private FleetClass CountsAs => FleetRules.ClassOf(StatusOf(_state, storage.RecordExists));

    private DeviceStatus View() => StatusView.Of(_state, mutes.Over(Context, _state, Now), Now);

    /// <returns>Null: nothing is known of the thing.</returns>
    private PresenceStatus? StatusOf(DeviceState state, bool exists) =>
        exists && !RemovalRules.IsForgotten(state) ? PresenceRules.StatusOf(state, Context, Now) : null;

    /// <summary>Writes the next state, and notes what that changes.</summary>
    /// <param name="next">Null: nothing is left.</param>
    private async Task Noted(DeviceState? next, Func<Task> write)
    {
        var (was, before) = (_state, CountsAs);
        try
        {
            await write();
        }
        catch
        {
            // The write failed, but storage may have it.
            board.Doubt(ThingName, before, FleetRules.ClassOf(next is null ? null : StatusOf(next, exists: true)));
            throw;
        }

        _state = next ?? new();
        if (before != FleetClass.Absent || CountsAs != FleetClass.Absent) Note(before, FleetRules.ReturnOf(was, _state));
    }

    private void Note(FleetClass before, ThingReturn? back = null)
    {
        _noted = StatusOf(_state, storage.RecordExists);
        board.Note(ThingName, before, _noted is null ? null : View(), back);
    }

    /// <summary>
    /// A recovery hold ends by the clock, and perhaps before this activation began. Of a thing that is connected and has no outage, nothing
    /// ends.
    /// </summary>
    private bool HasChangedByTime(DeviceState before, PresenceInput input)
    {
        if (StatusOf(_state, storage.RecordExists) is not { } status) return false;
        return _noted is { } noted ? noted != status : before is not { Outage: null, RecoversAt: null } || input is PresenceInput.Tick;
    }
}
