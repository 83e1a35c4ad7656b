using IoTOrleans.Contracts;
using IoTOrleans.Grains.Ports;
using IoTOrleans.Grains.Tests.World.Runtime;

namespace IoTOrleans.Grains.Tests.World.Judging;

/// <summary>
/// What each destination heard must make sense to whoever reads it there: an outage begins before it ends, ends if it is over and
/// only then, and what is repeated is the same.
/// </summary>
internal sealed class Correspondence(Court court)
{
    private readonly List<(string Destination, Notification What, double At)> _heard = [];
    private readonly HashSet<string> _owed = [];

    public void Owes(string outageId) => _owed.Add(outageId);

    public void Heard(string destination, Notification what, double at)
    {
        var before = _heard.Where(heard => heard.Destination == destination && heard.What.OutageId == what.OutageId).ToList();
        if (!_owed.Contains(what.OutageId)) court.Object($"{destination} hears of {what.OutageId}, which was never marked as told.");
        if (what.Event != NotificationEvent.DeviceOffline && before.All(heard => heard.What.Event != NotificationEvent.DeviceOffline))
            court.Object($"{destination} hears {what.Event} of {what.OutageId} and never heard that it began.");
        if (what.Event != NotificationEvent.DeviceRecovered && before.Any(heard => heard.What.Event == NotificationEvent.DeviceRecovered))
            court.Object($"{destination} hears {what.Event} of {what.OutageId} after its end.");
        if (before.Any(heard => heard.What.Since != what.Since || heard.What.DetectedAt != what.DetectedAt))
            court.Object($"{destination} hears of {what.OutageId} twice, with different times.");
        if (court.Plan.IsCalm && before.Any(heard => heard.What.Key == what.Key))
            court.Object($"{destination} hears {what.Key} twice, without any need.");
        if (what.Event == NotificationEvent.DeviceRecovered) TooEarly(destination, what, at);
        if (what.Event == NotificationEvent.DeviceOffline) TooLate(destination, what, at);
        _heard.Add((destination, what, at));
    }

    public void AtTheEnd(DeviceState? state)
    {
        foreach (var destination in Destinations)
        {
            foreach (var outage in _owed)
            {
                var events = _heard.Where(heard => heard.Destination == destination && heard.What.OutageId == outage)
                    .Select(heard => heard.What.Event).ToList();
                var running = state?.Outage?.Id == outage;
                if (!events.Contains(NotificationEvent.DeviceOffline)) court.Object($"{destination} never heard of {outage}.");
                if (events.Contains(NotificationEvent.DeviceRecovered) != (!running && court.Setup.TellsRecovery))
                    court.Object($"{destination} heard {string.Join(", ", events)} of {outage}, "
                        + $"which is {(running ? "running" : "over")}.");
            }

            Repeats(destination, state);
        }
    }

    private IEnumerable<string> Destinations => new[] { SimulatedWorld.Mail, "hook" }.Take(court.Setup.Destinations);

    /// <summary>A recovery is told when it has held, as far as anybody knows.</summary>
    private void TooEarly(string destination, Notification what, double at)
    {
        if (what.RecoveredAt is not { } back)
        {
            court.Object($"{destination} hears of a recovery without its time.");
            return;
        }

        var held = (back - VirtualTime.Start).TotalSeconds + court.Setup.Hold;

        // By stamps that are good to two minutes it may have come back before it left: it has then held for longer than it says.
        if (back > what.Since && at < held - 0.002)
            court.Object($"{destination} hears of the recovery of {what.OutageId} before it has held at {held:0.000} s.");
        if (court.Known.Latest(before: held) is { Connected: false } drop
            && drop.At > (back - VirtualTime.Start).TotalSeconds + court.Accuracy)
            court.Object($"{destination} hears of the recovery of {what.OutageId}, although change {drop.Index} was known.");
    }

    /// <summary>News that comes late says so.</summary>
    private void TooLate(string destination, Notification what, double at)
    {
        if (court.Setup.Feed == Feed.Both) return;
        var known = court.Known.Latest(before: at - 11);
        if (known is { Connected: true } && court.Known.LaterPerhaps(known.Index, connected: false, by: at) is null
            && what.RecoveredAt is null)
            court.Object($"{destination} hears that it is offline, but it is known to be back since {known.At:0.000} s.");
    }

    /// <summary>While it stays away somebody keeps saying so, counting.</summary>
    private void Repeats(string destination, DeviceState? state)
    {
        var repeats = _heard.Where(
            heard => heard.Destination == destination && heard.What.Event == NotificationEvent.DeviceStillOffline).ToList();
        if (court.Setup.Repeat == 0 && repeats.Count > 0) court.Object($"{destination} hears repeats that nobody asked for.");
        foreach (var outage in repeats.GroupBy(heard => heard.What.OutageId))
        {
            var numbers = outage.Select(heard => heard.What.Sequence).Distinct().ToList();
            if (!numbers.SequenceEqual(Enumerable.Range(1, numbers.Count)))
                court.Object($"{destination} hears repeats {string.Join(", ", numbers)} of {outage.Key}.");
        }

        if (court.Setup.Repeat == 0 || state?.Outage is not { Telling: not null, BackAt: null } running) return;
        var last = repeats.Where(heard => heard.What.OutageId == running.Id).Select(heard => heard.At).DefaultIfEmpty().Max();
        if (court.Now() - last > court.Setup.Repeat + 65)
            court.Object($"{destination} heard of {running.Id} at {last:0} s, and nothing since.");
    }
}
