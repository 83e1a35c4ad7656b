using IoTOrleans.Grains.Logging;
using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Silo.Notifications.Text;

/// <summary>Of things that come and go within their grace.</summary>
internal sealed partial class English
{
    private string FlappingSubject(Notification n, string name) => n switch
    {
        { Event: NotificationEvent.DeviceSteady } => $"[STEADY] {name} again ({n.Drops} short drops {FromTo(n)})",
        { RecoveredAt: not null } => $"[FLAPPING] {name} dropped {n.Drops} times {FromTo(n)} (steady again)",
        _ => $"[FLAPPING] {name} dropped {n.Drops} times since {Since(n)}",
    };

    private IEnumerable<string> FlappingLines(Notification n)
    {
        var name = Characters.Printable(n.ThingName);
        if (n.Event == NotificationEvent.DeviceSteady)
        {
            yield return $"{name} has been connected since {Long(EndOf(n))} without a drop. Before that it had dropped and come back {n.Drops} times "
                + $"in {Words(n.Duration)}. Nothing to do.";
            yield break;
        }

        yield return $"{name} {(n.RecoveredAt is null ? "has dropped and come back" : "dropped and came back")} {n.Drops} times since {Long(n.Since)}, each time within its grace of {Words(n.Grace)}.";
        if (n.RecoveredAt is { } calm)
        {
            yield return $"This comes late: it has been connected since {Long(calm)} without a drop.";
            yield break;
        }

        yield return "Think of weak radio or power, or of two devices with one client id.";
        yield return "Next: one message when it has been connected for an hour without a drop. An outage that outlasts its grace is told as always.";
    }
}
