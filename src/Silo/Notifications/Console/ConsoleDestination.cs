using IoTOrleans.Grains.Ports;
using IoTOrleans.Silo.Notifications.Text;

namespace IoTOrleans.Silo.Notifications.Console;

/// <summary>Tells whoever looks at the terminal. It cannot know whether somebody does, so it takes everything.</summary>
internal sealed class ConsoleDestination(string name, DestinationTerms terms, TextWriter output, NotificationText text) : INotificationDestination
{
    public string Name => name;

    public DestinationTerms Terms => terms;

    public async Task<DeliveryAnswer> Send(Notification notification, CancellationToken cancellationToken)
    {
        // One write, so that no log line gets in between.
        var lines = text.Body(notification).Split('\n').Select(line => $"  {line}\n");
        await output.WriteAsync($"\n{text.Subject(notification)}\n{string.Concat(lines)}\n".AsMemory(), cancellationToken);
        await output.FlushAsync(cancellationToken);
        return DeliveryAnswer.Accepted();
    }
}
