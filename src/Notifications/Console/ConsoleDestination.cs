namespace IoTOrleans.Notifications.Console;

/// <summary>Writes to the terminal. It cannot know whether anybody reads there, so it accepts everything.</summary>
internal sealed class ConsoleDestination(TextWriter output) : IDestination
{
    public static Action<IServiceCollection> Read(DestinationSection section)
    {
        var terms = section.Terms(rate: "0");
        return services => services.AddDestination(section, terms, _ => new ConsoleDestination(System.Console.Out));
    }

    public async Task<DeliveryAnswer> Send(OutgoingMessage message, CancellationToken cancellationToken)
    {
        // One write, so that no log line gets in between.
        var lines = message.Text.Split('\n').Select(line => $"  {line}\n");
        await output.WriteAsync(Characters.Visible($"\n{message.Subject}\n{string.Concat(lines)}\n").AsMemory(), cancellationToken);
        await output.FlushAsync(cancellationToken);
        return DeliveryAnswer.Accepted();
    }
}
