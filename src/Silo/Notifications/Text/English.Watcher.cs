using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Silo.Notifications.Text;

/// <summary>Of the service itself.</summary>
internal sealed partial class English
{
    private string WatcherSubject(Notification n, string name) => n.Event == NotificationEvent.WatcherOk
        ? $"[WATCHER OK] {name} knows again after {Words(n.Duration)} ({FromTo(n)})"
        : $"[WATCHER BLIND] {name} since {Since(n)}";

    private IEnumerable<string> WatcherLines(Notification n)
    {
        if (n.Event == NotificationEvent.WatcherOk)
        {
            yield return $"What happened to your things is known again since {Long(EndOf(n))}; before that it was not for {Words(n.Duration)}.";
            yield return "Nothing to do: what fell due meanwhile is told now, as far as it is still so.";
            yield break;
        }

        yield return $"What happened to your things since {Long(n.Since)} is not known here. Until it is, their absence may be told late, or from old news.";
        yield return "Look at the event queue (can it be reached, is it growing?), at storage, and at this service's log.";
        yield return "Next: one message when it is known again.";
    }
}
