using IoTOrleans.Grains.Ports;
using IoTOrleans.Silo.Notifications.Text;

namespace IoTOrleans.Silo.Notifications.Console;

/// <summary>Tells whoever looks at the terminal. It cannot know whether somebody does, so it takes everything.</summary>
internal sealed class ConsoleDestination(string name, DestinationTerms terms, TextWriter output, NotificationText text) : INotificationDestination
{
    public string Name => name;

    public DestinationTerms Terms => terms;

    public Task<DeliveryAnswer> Send(Notification notification, CancellationToken cancellationToken) =>
        Print(text.Subject(notification), text.Body(notification), cancellationToken);

    public Task<DeliveryAnswer> Send(FleetNotification notification, CancellationToken cancellationToken) =>
        Print(text.Subject(notification), text.Body(notification), cancellationToken);

    public Task<DeliveryAnswer> Send(FleetSummary summary, CancellationToken cancellationToken) =>
        Print(text.Subject(summary), text.Body(summary), cancellationToken);

    private async Task<DeliveryAnswer> Print(string subject, string body, CancellationToken cancellationToken)
    {
        // One write, so that no log line gets in between.
        var lines = body.Split('\n').Select(line => $"  {line}\n");
        await output.WriteAsync($"\n{subject}\n{string.Concat(lines)}\n".AsMemory(), cancellationToken);
        await output.FlushAsync(cancellationToken);
        return DeliveryAnswer.Accepted();
    }
}
