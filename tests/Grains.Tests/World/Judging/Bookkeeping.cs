using IoTOrleans.Contracts;

namespace IoTOrleans.Grains.Tests.World.Judging;

/// <summary>
/// A reminder exists exactly as long as something is left to do: never less, not even between two effects; never more, once the world
/// is calm. And what is counted is counted right.
/// </summary>
internal sealed class Bookkeeping(Court court)
{
    public void Stored(DeviceState state, bool reminder)
    {
        // A silo that slept makes sure of the reminder after its write, or else the redelivered message does.
        if (!reminder && HasSomethingToDo(state) && !court.Plan.HasSleepers)
            court.Object("something is left to do, and there is no reminder of it.");
    }

    public void AtTheEnd(DeviceStatus? status, DeviceState? state, bool reminder, IReadOnlyDictionary<int, string> marks)
    {
        var due = state is not null && HasSomethingToDo(state);
        if (due != reminder) court.Object(reminder ? "a reminder is left over." : "the reminder is gone.");
        if (state?.Owing.Count > 0) court.Object($"{state.Owing.Count} outage(s) are still owed to somebody.");
        Suppressed(status, marks);
    }

    private static bool HasSomethingToDo(DeviceState state) => state.Outage is not null || state.Owing.Count > 0;

    /// <summary>Where every event came once and in order, every absence that ended untold has been counted.</summary>
    private void Suppressed(DeviceStatus? status, IReadOnlyDictionary<int, string> marks)
    {
        if (!court.Plan.IsCalm || court.Setup.Feed == Feed.Both || court.Setup.Clients == Clients.Two || court.Setup.Hold > 0
            || !CameInOrder()) return;

        // Where the time of a drop is not known well, a witness may end an absence that goes on.
        if (court.Setup.Witness != Witness.None && !court.History.Changes.Where(change => !change.Connected).All(court.TimeIsKnown)) return;
        var ended = court.History.Changes.SkipLast(1).Where(change => !change.Connected).ToList();
        var untold = ended.Count(change => !marks.ContainsKey(change.Index));
        if (status is not null && status.OutagesSuppressed != untold)
            court.Object($"{status.OutagesSuppressed} outages are said to have been suppressed; there were {untold}.");
    }

    private bool CameInOrder()
    {
        double last = 0;
        for (var i = 0; i < court.History.Changes.Count; i++)
        {
            if (court.Known.SureAt(i) is not { } known || court.Known.ArrivedAt(i) < last) return false;
            last = known;
        }

        return true;
    }
}
