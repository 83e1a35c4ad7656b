namespace IoTOrleans.Notifications.Console;

/// <summary>Tells whoever looks at the terminal. It cannot know whether somebody does, so it takes everything.</summary>
internal sealed class ConsoleDestination(TextWriter output) : IDestination
{
    public async Task<DeliveryAnswer> Send(OutgoingMessage message, CancellationToken cancellationToken)
    {
        // One write, so that no log line gets in between.
        var lines = message.Text.Split('\n').Select(line => $"  {line}\n");
        await output.WriteAsync($"\n{message.Subject}\n{string.Concat(lines)}\n".AsMemory(), cancellationToken);
        await output.FlushAsync(cancellationToken);
        return DeliveryAnswer.Accepted();
    }
}
